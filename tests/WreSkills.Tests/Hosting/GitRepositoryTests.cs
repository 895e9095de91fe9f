using WreSkills.Hosting;

namespace WreSkills.Tests.Hosting;

/// <summary>Commits of single files through a real git.</summary>
public sealed class GitRepositoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public GitRepositoryTests() => Shell.Run(_folder.Path, "git init -q . && git config user.email test@example.com && git config user.name Test && git config commit.gpgsign false");

    public void Dispose() => _folder.Dispose();

    private GitOutcome Commit(string operation, params string[] names) => new GitRepository(_folder.Path).Commit([.. names.Select(_folder.At)], "Change it\n\nBecause.", operation);

    private string Git(string arguments) => Shell.Run(_folder.Path, $"git {arguments}").Trim();

    [Fact]
    public void Exactly_the_named_files_are_committed_and_what_else_is_staged_stays_staged()
    {
        _folder.Write("other.txt", "1\n");
        _folder.Write("a b/po*licy.yaml", "1\n");
        Git("add other.txt && git commit -qm first");
        _folder.Write("other.txt", "2\n");
        _folder.Write("new.txt", "staged\n");
        Git("add other.txt new.txt");
        _folder.Write("loose.txt", "not staged\n");

        var outcome = Commit("op-1", "a b/po*licy.yaml", "missing.txt");

        Assert.Null(outcome.Problem);
        Assert.Equal(Git("rev-parse HEAD"), outcome.Commit);
        Assert.Equal("a b/po*licy.yaml", Git("show --name-only --format= HEAD"));
        Assert.Equal("Change it\n\nBecause.\n\nWre-Policy-Operation: op-1", Git("log -1 --format=%B"));
        Assert.Equal("A  new.txt\nM  other.txt\n?? loose.txt", Git("status --porcelain"));
        Assert.Equal(outcome.Commit, new GitRepository(_folder.Path).CommitOf("op-1"));
        Assert.Null(new GitRepository(_folder.Path).CommitOf("op-2"));
    }

    [Fact]
    public void The_first_commit_of_a_repository_and_a_repetition_work_as_well()
    {
        _folder.Write("policy.yaml", "1\n");
        var first = Commit("op-1", "policy.yaml");
        Assert.NotNull(first.Commit);
        Assert.Equal(first, Commit("op-1", "policy.yaml"));
        Assert.Equal("1", Git("rev-list --count HEAD"));
        _folder.Write("policy.yaml", "2\n");
        Assert.NotEqual(first.Commit, Commit("op-2", "policy.yaml").Commit);
        Assert.Equal("", Git("status --porcelain"));
    }

    [Fact]
    public void A_hook_that_refuses_is_reported_and_leaves_the_index_as_it_was()
    {
        _folder.Write("policy.yaml", "1\n");
        _folder.Write("new.txt", "staged\n");
        Git("add new.txt");
        _folder.Write(".git/hooks/pre-commit", "#!/bin/sh\necho 'not on a Friday' >&2\nexit 1\n");
        Shell.Run(_folder.Path, "chmod +x .git/hooks/pre-commit");
        var outcome = Commit("op-1", "policy.yaml");
        Assert.Equal("`git commit` failed: not on a Friday; commit the files by hand", outcome.Problem);
        Assert.Null(outcome.Commit);
        Assert.Equal("A  new.txt\n?? policy.yaml", Git("status --porcelain"));
    }

    [Fact]
    public void Signing_that_fails_is_reported()
    {
        _folder.Write("policy.yaml", "1\n");
        Git("config commit.gpgsign true && git config gpg.format ssh && git config user.signingkey /nowhere/key");
        Assert.StartsWith("`git commit` failed: ", Commit("op-1", "policy.yaml").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Ignored_files_and_folders_without_a_repository_are_said_to_be_so()
    {
        _folder.Write(".gitignore", "policy.yaml\n");
        _folder.Write("policy.yaml", "1\n");
        Assert.Equal("git ignores the policy's files; nothing was committed", Commit("op-1", "policy.yaml").Problem);
        using var elsewhere = new TemporaryFolder();
        Assert.Equal("this is no git repository, or git is not installed; nothing was committed", new GitRepository(elsewhere.Path).Commit([elsewhere.Write("policy.yaml", "1\n")], "x", "op").Problem);
    }
}
