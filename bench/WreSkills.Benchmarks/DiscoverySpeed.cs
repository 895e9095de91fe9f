using System.Globalization;

namespace WreSkills.Benchmarks.Speed;

/// <summary>
/// Finding skills, as a whole process: a repository with 10,000 of them in all layouts, page cache warm. Argument: the native <c>wre</c>. As a
/// yardstick, the same walk and the same bytes by <c>find</c> and <c>cat</c>.
/// </summary>
internal static class DiscoverySpeed
{
    private const int Skills = 10_000;
    private const int Runs = 15;

    private static readonly string[] s_places =
        [".claude/skills", ".agents/skills", ".github/skills", ".gemini/skills", ".cursor/skills", ".opencode/skills", "packages/web/.claude/skills", "packages/api/.agents/skills"];

    public static int Run(string[] arguments)
    {
        if (arguments is not [var executable])
        {
            Console.Error.WriteLine("usage: … discovery PATH-OF-WRE");
            return 2;
        }

        var root = Directory.CreateTempSubdirectory("wre-discovery-").FullName;
        var timer = new ProcessTimer(root, Runs, warmups: 2);
        try
        {
            foreach (var (name, front) in (ReadOnlySpan<(string, string)>)[("plain front matter", Plain), ("front matter for the YAML reader", Involved)])
            {
                Write(root, front);
                Console.WriteLine($"{Skills:N0} skills, {name}");
                timer.Measure("  wre discover", executable, ["discover"]);
                timer.Measure("  wre discover --output json", executable, ["discover", "--output", "json"]);
                timer.Measure("  wre init --dry-run", executable, ["init", "--dry-run"]);
                timer.Measure("  find | cat, all bytes", "/bin/sh", ["-c", "find . -name SKILL.md -print0 | xargs -0 cat"]);
            }

            return 0;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private const string Plain =
        """
        name: skill-{0}
        description: "Does task {0}: reads the input, checks it and answers. Use when somebody asks for task {0}."
        version: "1.{1}"
        primary_agent: gemma
        agents: [gemma, qwen]
        intent_type: CLASSIFICATION
        dependencies:
          data_stores: [history, users]
          mcp_endpoints: []
          throttles: []
          required_context: []
        expected_patterns:
          - input_checked=true
          - answer_given=true
        """;

    private const string Involved =
        """
        name: skill-{0}
        description: "Does \"task\" {0}: reads the input, checks it and answers."
        metadata:
          author: {{name: somebody, team: [a, b]}}
        expected_patterns:
          - name: input_checked
            weight: 2
        """;

    private static void Write(string root, string front)
    {
        for (var number = 0; number < Skills; number++)
        {
            var place = number % 5 == 0 ? $"modules/d{number % 20}/m{number % 400}/skills" : s_places[number % s_places.Length];
            var folder = Directory.CreateDirectory(Path.Combine(root, place, $"skill-{number}")).FullName;
            var text = string.Format(CultureInfo.InvariantCulture, front, number, number % 7);
            File.WriteAllText(Path.Combine(folder, "SKILL.md"), $"---\n{text}\n---\n\n{string.Concat(Enumerable.Repeat("# Steps\n\nDo this and that, then look again.\n", 20))}");
        }
    }
}
