using System.Security.Cryptography;
using System.Text;

using CsCheck;

using WreSkills.Policy;
using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public class SkillDigestTests
{
    // Word for word what the documents tell people to run.
    private const string Command = @"find . -type f -not -path './versions/*' -not -path './.git/*' -printf '%P\0' | LC_ALL=C sort -z | xargs -0r sha256sum | sha256sum";

    [Fact]
    public void Digest_of_one_file_is_as_computed_by_hand()
    {
        using var folder = new TemporaryFolder();
        folder.Write("s/SKILL.md", "hi\n");
        var inner = Convert.ToHexStringLower(SHA256.HashData("hi\n"u8));
        Assert.Equal("98ea6e4f216f2fb4b69fff9b3a44842c38686ca685f3f55dc48c5d3fb1107be4", inner);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{inner}  SKILL.md\n"))), SkillDigest.Compute(SkillFolder.Read(folder.At("s"), new SkillLimits())));
    }

    [Fact]
    public void Digest_of_any_sound_folder_is_what_the_shell_says()
    {
        string[] names = ["a", "A b", "a-b", "a.b", "z", "é", "日本", "😀", "﹏", "versions", "$x", "it's", "a;b", "#", "~", "0"];
        var path = Gen.Int[0, names.Length - 1].Select(index => names[index]).Array[1, 3].Select(parts => string.Join('/', parts));
        Gen.Select(path, Gen.Byte.Array[0, 60]).List[0, 8].Sample(
            files =>
            {
                using var folder = new TemporaryFolder();
                folder.Write("s/SKILL.md", TestSkill.Text());
                folder.Write("s/.git/config", "not part of it");
                folder.Write("s/versions/v1.0_baseline.md", "not part of it");
                foreach (var (name, bytes) in files)
                {
                    if (!Directory.Exists(folder.At($"s/{name}")) && !Parents(name).Any(parent => File.Exists(folder.At($"s/{parent}"))))
                    {
                        folder.Write($"s/{name}", bytes);
                    }
                }

                var read = SkillFolder.Read(folder.At("s"), new SkillLimits());
                return SkillDigest.Compute(read) == Shell.Run(folder.At("s"), Command)[..64];
            },
            iter: 60, threads: 1);
    }

    [Fact]
    public void File_whose_name_the_command_would_take_for_an_option_is_refused()
    {
        using var folder = new TemporaryFolder();
        var read = TestSkill.Read(folder, ("-", "stdin?"), ("--help", ""), ("inner/-x", "fine"));
        Assert.Equal(["file.name --help:0", "file.name -:0"], TestSkill.Codes(read).Order(StringComparer.Ordinal));
        Assert.False(read.IsSound);
    }

    [Fact]
    public void Digest_of_a_file_that_is_gone_is_a_message()
    {
        using var folder = new TemporaryFolder();
        var read = TestSkill.Read(folder, ("a.txt", "x"));
        File.Delete(folder.At($"{TestSkill.Name}/a.txt"));
        Assert.Throws<WreException>(() => SkillDigest.Compute(read));
    }

    private static IEnumerable<string> Parents(string name) => name.Split('/').SkipLast(1).Select((_, index) => string.Join('/', name.Split('/').Take(index + 1)));
}
