using WreSkills;
using WreSkills.Hosting;
using WreSkills.Server;

string? Setting(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

try
{
    var token = Setting(ServerCommand.TokenVariable);
    if (ServerCommand.Parse(args, token) is not { } command)
    {
        Console.WriteLine(ServerCommand.Usage);
        return 0;
    }

    var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
    var trustRoot = Setting("WRE_TRUST_ROOT") ?? UserConfiguration.Load(Environment.GetEnvironmentVariable("XDG_CONFIG_HOME"), home).TrustRootOf(command.Workspace);
    if (trustRoot is not null && !File.Exists(trustRoot))
    {
        throw new WreException($"The pinned trust root {trustRoot} is missing.", "restore it; without it nothing that this workspace says about approvals can be trusted");
    }

    // What cannot be opened is said now and not to the first client.
    Workspace.Open(command.Workspace, trustRoot: trustRoot).Dispose();

    // The slim builder reads no settings files; what it does is on the command line and in the environment.
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("WreSkills", LogLevel.Information).AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
    builder.WebHost.UseUrls([.. command.Addresses.Select(address => address.ToString())]);
    builder.Services.AddWreSkillsMcp(options =>
    {
        (options.Workspace, options.TrustRoot, options.Token) = (command.Workspace, trustRoot, token);
        options.AllowedHosts.UnionWith(command.Hosts);
        foreach (var address in command.Addresses)
        {
            options.AllowedHosts.Add(address.Host.Trim('[', ']'));
        }
    });
    var application = builder.Build();
    application.MapWreSkillsMcp("/mcp");
    await application.RunAsync();
    return 0;
}
catch (WreException problem)
{
    await Console.Error.WriteLineAsync($"error: {problem.Message}{string.Concat(problem.Problems.Select(item => $"\n  {item}"))}{(problem.Hint is { } hint ? $"\nhint: {hint}" : "")}");
    return 2;
}
catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync($"error: {problem.Message}");
    return 2;
}
