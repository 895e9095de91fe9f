using System.CommandLine;
namespace WreSkills.Cli.Commands;

internal static class DemoCommand
{
    public static Command Create() => new("demo", "x");
}
