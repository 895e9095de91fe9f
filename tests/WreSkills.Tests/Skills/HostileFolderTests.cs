using System.Diagnostics;
using System.Text;

using WreSkills.Policy;
using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

/// <summary>Skill folders made to harm: every trap is a finding, none an exception, and all end in bounded time.</summary>
public sealed class HostileFolderTests : IDisposable
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(10);
    private readonly TemporaryFolder _folder = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    private string Skill => _folder.At(TestSkill.Name);

    public void Dispose()
    {
        _folder.Dispose();
        Assert.InRange(_watch.Elapsed, TimeSpan.Zero, s_bound);
    }

    private SkillFolder Read(params (string Path, string Text)[] files) => TestSkill.Read(_folder, files);

    [Fact]
    public void Links_are_found_and_never_followed()
    {
        _folder.Write("secret/key.txt", "secret");
        TestSkill.Write(_folder, ("inner/a.txt", ""));
        File.CreateSymbolicLink(_folder.At($"{TestSkill.Name}/file"), _folder.At("secret/key.txt"));
        File.CreateSymbolicLink(_folder.At($"{TestSkill.Name}/dangling"), _folder.At("nowhere"));
        Directory.CreateSymbolicLink(_folder.At($"{TestSkill.Name}/folder"), _folder.At("secret"));
        Directory.CreateSymbolicLink(_folder.At($"{TestSkill.Name}/inner/loop"), Skill);
        Directory.CreateSymbolicLink(_folder.At($"{TestSkill.Name}/versions"), _folder.At("secret"));
        var skill = Read();
        Assert.Equal(
            ["folder.link dangling:0", "folder.link file:0", "folder.link folder:0", "folder.link inner/loop:0", "folder.link versions:0"],
            TestSkill.Codes(skill).Order(StringComparer.Ordinal));
        Assert.Equal(["SKILL.md", "inner/a.txt"], skill.Files.Select(file => file.Path));
    }

    [Theory]
    [InlineData("link")]
    [InlineData("link/")]
    public void Folder_that_is_itself_a_link_is_refused(string path)
    {
        TestSkill.Write(_folder);
        Directory.CreateSymbolicLink(_folder.At("link"), Skill);
        Assert.Contains("folder.link :0", TestSkill.Codes(SkillFolder.Read(_folder.At(path), new SkillLimits())));
    }

    [Fact]
    public void Skill_file_that_is_a_link_is_not_read()
    {
        _folder.Write("secret.md", TestSkill.Text());
        Directory.CreateDirectory(Skill);
        File.CreateSymbolicLink(Path.Combine(Skill, "SKILL.md"), _folder.At("secret.md"));
        var skill = SkillFolder.Read(Skill, new SkillLimits());
        Assert.Null(skill.SkillBytes);
        Assert.Contains("folder.link SKILL.md:0", TestSkill.Codes(skill));
    }

    [Fact]
    public void Pipes_and_sockets_are_found_without_waiting()
    {
        TestSkill.Write(_folder);
        Shell.Run(Skill, "mkfifo pipe wre-skill.yaml");
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(Path.Combine(Skill, "socket")));
        Assert.Equal(["folder.special pipe:0", "folder.special socket:0", "folder.special wre-skill.yaml:0"], TestSkill.Codes(Read()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Skill_file_that_is_a_pipe_is_found_without_waiting()
    {
        Directory.CreateDirectory(Skill);
        Shell.Run(Skill, "mkfifo SKILL.md");
        Assert.Contains("folder.special SKILL.md:0", TestSkill.Codes(SkillFolder.Read(Skill, new SkillLimits())));
    }

    [Fact]
    public void Names_that_differ_in_case_only_are_found()
    {
        var skill = Read(("Data/a.txt", ""), ("data/b.txt", ""), ("X.md", ""), ("x.md", ""), ("straße", ""), ("STRASSE", ""));
        Assert.Equal(2, skill.Findings.Count(finding => finding.Code == "folder.case"));
    }

    [Fact]
    public void Control_characters_backslashes_and_broken_names_are_found_and_printable()
    {
        TestSkill.Write(_folder);
        Shell.Run(Skill, @"touch $'a\nb' $'a\x1b[31m' 'c\d' $'\xff\xfe' 'aux.txt' 'q?'");
        var skill = Read();
        Assert.Equal(4, skill.Findings.Count(finding => finding is { Code: "file.name", Severity: FindingSeverity.Error }));
        Assert.Equal(2, skill.Findings.Count(finding => finding is { Code: "file.name", Severity: FindingSeverity.Warning }));
        Assert.All(skill.Findings, finding => Assert.DoesNotContain(finding.ToString(), char.IsControl));
    }

    [Theory]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public void Files_are_allowed_to_the_bound(int files, bool refused)
    {
        TestSkill.Write(_folder, [.. Enumerable.Range(1, files - 1).Select(i => ($"f{i}.txt", ""))]);
        var skill = SkillFolder.Read(Skill, new SkillLimits());
        Assert.Equal(refused ? ["folder.files :0"] : [], TestSkill.Codes(skill));
    }

    [Theory]
    [InlineData(5_000_000, false)]
    [InlineData(5_000_001, true)]
    public void File_size_is_allowed_to_the_bound(long bytes, bool refused)
    {
        TestSkill.Write(_folder);
        using (var file = File.Create(Path.Combine(Skill, "data.bin")))
        {
            file.SetLength(bytes);
        }

        Assert.Equal(refused ? ["file.size data.bin:0"] : [], TestSkill.Codes(SkillFolder.Read(Skill, new SkillLimits())));
    }

    [Fact]
    public void Skill_file_of_fifty_megabytes_is_refused_unread()
    {
        Directory.CreateDirectory(Skill);
        using (var file = File.Create(Path.Combine(Skill, "SKILL.md")))
        {
            file.Write(Encoding.UTF8.GetBytes("---\nname: a\n"));
            file.SetLength(50_000_000);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        var skill = SkillFolder.Read(Skill, new SkillLimits());
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Contains("file.size SKILL.md:0", TestSkill.Codes(skill));
        Assert.Null(skill.Document);
    }

    [Theory]
    [InlineData(8, false)]
    [InlineData(9, true)]
    public void Folders_are_allowed_to_the_depth(int depth, bool refused)
    {
        var path = string.Join('/', Enumerable.Repeat("d", depth));
        var skill = Read(($"{path}/a.txt", ""));
        Assert.Equal(refused ? [$"folder.depth {path}:0"] : [], TestSkill.Codes(skill));
    }

    [Fact]
    public void Skill_file_that_is_a_folder_is_found()
    {
        Directory.CreateDirectory(Path.Combine(Skill, "SKILL.md"));
        Assert.Contains("skill.missing :0", TestSkill.Codes(SkillFolder.Read(Skill, new SkillLimits())));
    }

    [Theory]
    [InlineData("a: &a [x]\nb: *a\n", "skill.yaml SKILL.md:4", "skill.yaml SKILL.md:5")]
    [InlineData("a: !!python/object:os.system x\n", "skill.yaml SKILL.md:4")]
    [InlineData("version: 1\nversion: 2\n", "skill.yaml SKILL.md:5")]
    [InlineData("a: [\n", "skill.yaml SKILL.md:5")]
    public void Yaml_traps_are_found_with_the_files_lines(string matter, params string[] findings) => Assert.Equal(findings, TestSkill.Codes(Read(("SKILL.md", TestSkill.Text(matter)))));

    [Fact]
    public void Yaml_nested_by_the_thousand_is_found() =>
        Assert.Equal(["skill.yaml SKILL.md:4"], TestSkill.Codes(Read(("SKILL.md", TestSkill.Text($"a: {new string('[', 100_000)}\n")))));

    [Fact]
    public void Text_that_is_not_utf8_is_found_with_its_line()
    {
        TestSkill.Write(_folder);
        File.WriteAllBytes(Path.Combine(Skill, "SKILL.md"), [.. "---\nname: a\n---\nbody "u8, 0xFF, 0xFE, .. "\n"u8]);
        File.WriteAllBytes(Path.Combine(Skill, "wre-skill.yaml"), [.. "a: 1\n\0"u8]);
        Assert.Equal(["file.utf8 SKILL.md:4", "file.nul wre-skill.yaml:2"], TestSkill.Codes(SkillFolder.Read(Skill, new SkillLimits())));
    }

    [Fact]
    public void Findings_are_bounded()
    {
        var skill = Read(("SKILL.md", TestSkill.Text("", string.Concat(Enumerable.Repeat("**Expected Pattern**: two words\n", 5_000)))));
        Assert.Equal(201, skill.Findings.Count);
        Assert.Equal("folder.findings", skill.Findings[^1].Code);
    }

    [Fact]
    public void Many_regular_expressions_end_in_bounded_time()
    {
        var lines = string.Concat(Enumerable.Range(0, 30_000).Select(i => $"**Expected Pattern**: f{i}~=(a|b){{1,50}}\n"));
        var skill = Read(("SKILL.md", TestSkill.Text("", lines[..900_000][..lines[..900_000].LastIndexOf('\n')])));
        Assert.Equal(500, skill.Patterns.Count);
        Assert.Contains("pattern.many", TestSkill.Codes(skill).Select(code => code.Split(' ')[0]));
    }

    [Fact]
    public void Many_regular_expressions_of_cases_end_in_bounded_time()
    {
        var patterns = string.Join(',', Enumerable.Range(0, 501).Select(i => $"\"f{i}~=(a|b){{1,50}}\""));
        var skill = Read(("evals/evals.json", $"[{string.Join(',', Enumerable.Repeat($"{{\"wre\": {{\"patterns\": [{patterns}]}}}}", 100))}]"));
        Assert.Equal(500, skill.Cases[0].Patterns.Count);
        Assert.InRange(skill.Cases.Sum(item => item.Patterns.Count), 19_000, 20_000);
        Assert.Contains("pattern.many evals/evals.json:1", TestSkill.Codes(skill));
    }
}
