using WreSkills.Policy;
using WreSkills.Skills;
using WreSkills.Storage;

namespace WreSkills.Tests.Skills;

public sealed class VersionStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly WorkspaceLayout _layout;
    private readonly VersionStore _store;

    public VersionStoreTests()
    {
        _layout = new WorkspaceLayout { Root = _folder.Path };
        _store = new VersionStore(_layout, new SkillLimits());
    }

    public void Dispose()
    {
        FaultInjection.Fault = null;
        _folder.Dispose();
    }

    private (SkillFolder Folder, string Digest) Draft(params (string Path, string Text)[] files)
    {
        var folder = TestSkill.Read(_folder, files);
        return (folder, SkillDigest.Compute(folder));
    }

    [Fact]
    public void Put_then_open_gives_the_same_content()
    {
        var (draft, digest) = Draft(("resources/a.txt", "a"), ("versions/v1.0_baseline.md", "old"), ("run.sh", "#!/bin/sh\n"));
        Shell.Run(draft.Path, "chmod u+x run.sh");
        _store.Put(draft, digest);
        var stored = _store.Open(TestSkill.Name, digest);
        Assert.Equal(draft.Files, stored.Files);
        Assert.Equal(digest, SkillDigest.Compute(stored));
        Assert.Equal(draft.SkillBytes!.Value.ToArray(), stored.SkillBytes!.Value.ToArray());
        Assert.Equal(TestSkill.Name, stored.Name);
        Assert.Equal([digest], _store.Digests());
        Shell.Run(_store.Folder(digest), "test -x run.sh && test ! -x SKILL.md");
        Assert.False(Directory.Exists(Path.Combine(_store.Folder(digest), "versions")));
    }

    [Fact]
    public void Put_again_changes_nothing()
    {
        var (draft, digest) = Draft();
        _store.Put(draft, digest);
        var written = File.GetLastWriteTimeUtc(Path.Combine(_store.Folder(digest), "SKILL.md"));
        _store.Put(draft, digest);
        Assert.Equal(written, File.GetLastWriteTimeUtc(Path.Combine(_store.Folder(digest), "SKILL.md")));
        Assert.Equal([_store.Folder(digest)], Directory.GetFileSystemEntries(_layout.StoreFolder));
    }

    [Fact]
    public void Put_of_a_folder_that_was_edited_meanwhile_is_refused_without_a_trace()
    {
        var (draft, digest) = Draft(("a.txt", "one"));
        _folder.Write($"{TestSkill.Name}/a.txt", "two");
        var error = Assert.Throws<WreException>(() => _store.Put(draft, digest));
        Assert.Contains("changed while it was copied", error.Message, StringComparison.Ordinal);
        Assert.False(_store.Contains(digest));
        Assert.Empty(Directory.GetFileSystemEntries(_layout.StoreFolder));
    }

    [Fact]
    public void Put_of_a_file_that_became_a_link_meanwhile_is_refused()
    {
        var (draft, digest) = Draft(("a.txt", "one"));
        File.Delete(_folder.At($"{TestSkill.Name}/a.txt"));
        File.CreateSymbolicLink(_folder.At($"{TestSkill.Name}/a.txt"), _folder.Write("secret", "one"));
        Assert.Throws<WreException>(() => _store.Put(draft, digest));
        Assert.Empty(Directory.GetFileSystemEntries(_layout.StoreFolder));
    }

    [Theory]
    [InlineData("flush:a.txt")]
    [InlineData("full:a.txt")]
    public void Put_on_a_failing_disk_is_refused_without_a_trace(string fault)
    {
        var (draft, digest) = Draft(("a.txt", "one"));
        FaultInjection.Fault = fault;
        Assert.Throws<WreException>(() => _store.Put(draft, digest));
        Assert.Empty(Directory.GetFileSystemEntries(_layout.StoreFolder));
        FaultInjection.Fault = null;
        _store.Put(draft, digest);
        Assert.True(_store.Contains(digest));
    }

    [Fact]
    public void Put_by_many_at_once_stores_once()
    {
        var (draft, digest) = Draft(("a.txt", new string('x', 100_000)));
        var errors = new List<Exception>();
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            try
            {
                _store.Put(draft, digest);
            }
            catch (Exception error)
            {
                lock (errors)
                {
                    errors.Add(error);
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Empty(errors);
        Assert.Equal([_store.Folder(digest)], Directory.GetFileSystemEntries(_layout.StoreFolder));
    }

    [Theory]
    [InlineData("echo x >> a.txt")]
    [InlineData("rm a.txt")]
    [InlineData("echo x > b.txt")]
    [InlineData("mv a.txt c.txt")]
    [InlineData("rm a.txt; ln -s /etc/hostname a.txt")]
    public void Open_of_an_altered_version_is_refused(string harm)
    {
        var (draft, digest) = Draft(("a.txt", "one"));
        _store.Put(draft, digest);
        Shell.Run(_store.Folder(digest), harm);
        Assert.Throws<WreException>(() => _store.Open(TestSkill.Name, digest));
    }

    [Fact]
    public void Open_of_a_missing_version_says_so() =>
        Assert.Contains("is not in the version store", Assert.Throws<WreException>(() => _store.Open(TestSkill.Name, new string('a', 64))).Message, StringComparison.Ordinal);

    [Fact]
    public void RemoveLeftovers_takes_only_half_copies_away()
    {
        var (draft, digest) = Draft();
        _store.Put(draft, digest);
        Directory.CreateDirectory(Path.Combine(_layout.StoreFolder, $".{digest}.x.tmp", "inner"));
        _store.RemoveLeftovers();
        Assert.Equal([_store.Folder(digest)], Directory.GetFileSystemEntries(_layout.StoreFolder));
    }
}
