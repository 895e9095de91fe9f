namespace WreSkills.EndToEnd.Crash;

/// <summary>Adoptions, exports, retirements and renames that are killed at every step: the next command leaves a healthy workspace.</summary>
public sealed class ExistingSkillsCrashTests
{
    /// <summary>Crash points that only the tests of this class reach.</summary>
    internal static IReadOnlyList<string> OwnPoints { get; } =
        ["adoption-audited", "renamed", "export-announced", "export-staged", "export-swapped", "export-locked", "export-removed"];

    [Theory]
    [InlineData("before-intent", false)]
    [InlineData("intent-written", false)]
    [InlineData("store-temporary", false)]
    [InlineData("registry-committed", true)]
    [InlineData("adoption-audited", true)]
    public void A_killed_adoption_is_finished_or_forgotten_and_can_be_repeated(string point, bool committed)
    {
        using var workspace = new TemporaryFolderOfSkills(3);
        var killed = workspace.RunWith("WRE_CRASH_AT", point, "init");
        Assert.Equal(WreResult.Killed, killed.ExitCode);
        workspace.AssertHealthy(point);
        Assert.Equal(committed ? 3 : 0, workspace.Registered());
        Assert.Equal(0, workspace.Run("init").ExitCode);
        Assert.Equal(3, workspace.Registered());
        Assert.Equal(3, workspace.AuditLines("adoption"));
        workspace.AssertHealthy("the second init");
    }

    [Theory]
    [InlineData("export-announced", "1.0")]
    [InlineData("export-staged", "1.0")]
    [InlineData("export-swapped", "2.0")]
    [InlineData("export-locked", "2.0")]
    public void A_killed_export_leaves_the_old_or_the_new_set_of_a_skill_and_the_next_goes_on(string point, string expected)
    {
        using var workspace = new TemporaryFolderOfSkills(1);
        Assert.Equal(0, workspace.Run("init").ExitCode);
        Assert.Equal(0, workspace.Run("export", "--client", "copilot", "--to", "out").ExitCode);
        workspace.Replace("1.0", "2.0");
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", point, "export", "--client", "copilot", "--to", "out").ExitCode);
        Assert.Contains($"version: \"{expected}\"", workspace.Read("out/skill-0/SKILL.md"), StringComparison.Ordinal);
        Assert.Equal(expected == "2.0" ? 0 : 1, workspace.Run("export", "--client", "copilot", "--to", "out", "--check").ExitCode);
        Assert.Equal(0, workspace.Run("export", "--client", "copilot", "--to", "out").ExitCode);
        Assert.Contains("version: \"2.0\"", workspace.Read("out/skill-0/SKILL.md"), StringComparison.Ordinal);
        Assert.Equal(0, workspace.Run("export", "--client", "copilot", "--to", "out", "--check").ExitCode);
        Assert.Equal(["skill-0", "wre-skills.lock"], workspace.Names("out"));
    }

    [Theory]
    [InlineData("export-announced")]
    [InlineData("export-removed")]
    [InlineData("export-locked")]
    public void A_killed_removal_is_finished_by_the_next_export(string point)
    {
        using var workspace = new TemporaryFolderOfSkills(1);
        Assert.Equal(0, workspace.Run("init").ExitCode);
        Assert.Equal(0, workspace.Run("export", "--client", "copilot", "--to", "out").ExitCode);
        Assert.Equal(0, workspace.Run("retire", "--skill", "skill-0", "--approver", "0102", "--reason", "over").ExitCode);
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", point, "export", "--client", "copilot", "--to", "out").ExitCode);
        Assert.Equal(0, workspace.Run("export", "--client", "copilot", "--to", "out").ExitCode);
        Assert.Equal(["wre-skills.lock"], workspace.Names("out"));
        Assert.Equal(0, workspace.Run("export", "--client", "copilot", "--to", "out", "--check").ExitCode);
    }

    [Theory]
    [InlineData("intent-written")]
    [InlineData("registry-committed")]
    [InlineData("audit-written")]
    [InlineData("promotion-log-written")]
    [InlineData("folders-written")]
    [InlineData("database-written")]
    [InlineData("index-written")]
    public void A_killed_retirement_is_finished_or_forgotten(string point)
    {
        using var workspace = Templates.Produced();
        string[] retire = ["retire", "--skill", TemporaryWorkspace.Skill, "--approver", TemporaryWorkspace.Approver, "--reason", "over"];
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", point, retire).ExitCode);
        workspace.AssertHealthy(point);
        Assert.Equal(point == "intent-written" ? "1.0" : null, workspace.Active("production"));
        Assert.Equal(point == "intent-written" ? 0 : 1, workspace.Run(retire).ExitCode);
        Assert.Equal(1, workspace.Run("load", "--skill", TemporaryWorkspace.Skill, "--key", "k").ExitCode);
        workspace.Must([.. retire, "--undo"]);
        Assert.Equal("1.0", workspace.Active("production"));
        workspace.AssertHealthy("the undoing");
    }

    [Theory]
    [InlineData("registry-committed")]
    [InlineData("audit-written")]
    [InlineData("renamed")]
    [InlineData("promotion-log-written")]
    [InlineData("database-written")]
    public void A_killed_rename_is_finished(string point)
    {
        using var workspace = Templates.Produced();
        workspace.Must("retire", "--skill", TemporaryWorkspace.Skill, "--approver", TemporaryWorkspace.Approver, "--reason", "over");
        var executions = workspace.Query("SELECT count(*) FROM execution_facts").Trim();
        Assert.Equal(WreResult.Killed, workspace.RunWith("WRE_CRASH_AT", point, "rename", "--skill", TemporaryWorkspace.Skill, "--to", "better").ExitCode);
        workspace.AssertHealthy(point);
        Assert.Equal(executions, workspace.Query("SELECT count(*) FROM execution_facts").Trim());
        Assert.Equal("better", workspace.Query("SELECT group_concat(skill_id) FROM skill_keys").Trim());
        Assert.True(File.Exists(workspace.PathOf(".claude/skills/better_prototype/SKILL.md")));
        workspace.Must("ingest");
        Assert.Equal(executions, workspace.Query("SELECT count(*) FROM execution_facts").Trim());
    }

    /// <summary>A repository with a few skills of one client.</summary>
    private sealed class TemporaryFolderOfSkills : IDisposable
    {
        private readonly string _root = Directory.CreateTempSubdirectory("wre-adopt-").FullName;

        public TemporaryFolderOfSkills(int count)
        {
            for (var number = 0; number < count; number++)
            {
                Write(number, "1.0");
            }
        }

        public void Dispose() => Directory.Delete(_root, recursive: true);

        public WreResult Run(params string[] arguments) => WreProcess.Run(_root, arguments);

        public WreResult RunWith(string variable, string value, params string[] arguments) => WreProcess.Run(_root, arguments, new Dictionary<string, string> { [variable] = value });

        public string Read(string relative) => File.ReadAllText(Path.Combine(_root, relative));

        public IEnumerable<string> Names(string relative) => Directory.EnumerateFileSystemEntries(Path.Combine(_root, relative)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

        public int Registered()
        {
            var path = Path.Combine(_root, ".wre/skills_registry.json");
            return File.Exists(path) ? File.ReadAllText(path).Split("\"adopted\": true").Length - 1 : 0;
        }

        public int AuditLines(string kind) => File.ReadLines(Path.Combine(_root, ".wre/audit.jsonl")).Count(line => line.Contains($"\"event\":\"{kind}\"", StringComparison.Ordinal));

        /// <summary>The same skill anew with another label, as if it had been promoted.</summary>
        public void Replace(string from, string to)
        {
            Directory.Delete(Path.Combine(_root, ".wre"), recursive: true);
            Assert.Contains(from, Read(".claude/skills/skill-0/SKILL.md"), StringComparison.Ordinal);
            Write(0, to);
            Assert.Equal(0, Run("init").ExitCode);
        }

        public void AssertHealthy(string after)
        {
            var doctor = Run("doctor");
            Assert.True(doctor.ExitCode == 0, $"After {after}: {doctor}");
        }

        private void Write(int number, string version)
        {
            var folder = Directory.CreateDirectory(Path.Combine(_root, $".claude/skills/skill-{number}")).FullName;
            File.WriteAllText(Path.Combine(folder, "SKILL.md"), $"---\nname: skill-{number}\ndescription: Does it.\nversion: \"{version}\"\n---\nDo it.\n");
        }
    }
}
