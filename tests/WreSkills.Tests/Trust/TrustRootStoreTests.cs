using Microsoft.Extensions.Time.Testing;

using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public sealed class TrustRootStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 10, 20, 12, 0, 0, TimeSpan.Zero));
    private readonly TestPeople _people;

    public TrustRootStoreTests() => _people = new TestPeople(_time);

    public void Dispose()
    {
        _people.Dispose();
        _folder.Dispose();
    }

    private TrustRootStore Store(string? pinned = null) => new(_folder.Path, pinned, _time);

    private string At(int number, string name) => Path.Combine(_folder.Path, $"{number}", name);

    [Fact]
    public void Without_a_root_nobody_is_enrolled() => Assert.Null(Store().Load().Root);

    [Fact]
    public async Task First_person_is_enrolled_at_once_and_the_second_by_the_firsts_signature()
    {
        await _people.EnrolAsync(Store(), "anna");
        var keys = _people.Keys(Store());
        var state = keys.Enrol("ben", await _people.KeyAsync("ben"), null, null);
        Assert.Equal((1, 2, 1), (state.Root!.Number, state.Proposal!.Number, state.Proposal.Needed));
        Assert.Throws<WreException>(() => keys.Enrol("carl", state.Root.Signers.Signers[0].Key, null, null));

        // The newcomer's own signature does not let the newcomer in.
        var own = await _people.SignAsync(TrustRootStore.SumsOf(state.Proposal), SignaturePurpose.Root, "ben");
        Assert.Contains("does not count", Assert.Throws<WreException>(() => Store().AddSignature(state.Proposal, own)).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(state.Proposal.Folder, "SHA256SUMS.1.sig"), own);
        Assert.Equal(1, Store().Load().Root!.Number);
        File.Delete(Path.Combine(state.Proposal.Folder, "SHA256SUMS.1.sig"));

        state = Store().AddSignature(state.Proposal, await _people.SignAsync(TrustRootStore.SumsOf(state.Proposal), SignaturePurpose.Root, "anna"));
        Assert.Equal(2, state.Root!.Number);
        Assert.Null(state.Proposal);
        Assert.Equal(["anna", "ben"], state.Root.People(SignaturePurpose.Promotion, _time.GetUtcNow()));
    }

    [Fact]
    public async Task Of_two_people_both_sign_a_change_and_one_alone_changes_nothing()
    {
        await _people.EnrolAsync(Store(), "anna", "ben");
        var proposal = _people.Keys(Store()).Remove("ben", null).Proposal!;
        Assert.Equal(2, proposal.Needed);
        var signature = await _people.SignAsync(TrustRootStore.SumsOf(proposal), SignaturePurpose.Root, "anna");
        Assert.Equal(2, Store().AddSignature(proposal, signature).Root!.Number);
        // The same person twice is one person.
        Assert.Equal(2, Store().AddSignature(proposal, signature).Root!.Number);
        var state = Store().AddSignature(proposal, await _people.SignAsync(TrustRootStore.SumsOf(proposal), SignaturePurpose.Root, "ben"));
        Assert.Equal(3, state.Root!.Number);
        Assert.Equal(["anna"], state.Root.People(SignaturePurpose.Promotion, _time.GetUtcNow()));
    }

    [Fact]
    public async Task Signature_for_another_purpose_changes_no_root()
    {
        await _people.EnrolAsync(Store(), "anna");
        var proposal = _people.Keys(Store()).Enrol("ben", await _people.KeyAsync("ben"), null, null).Proposal!;
        var wrong = await _people.SignAsync(TrustRootStore.SumsOf(proposal), SignaturePurpose.Promotion, "anna");
        Assert.Throws<WreException>(() => Store().AddSignature(proposal, wrong));
    }

    [Theory]
    [InlineData("approvers")]
    [InlineData("revoked")]
    [InlineData("SHA256SUMS")]
    public async Task Editing_a_later_root_takes_it_out_of_force(string file)
    {
        await _people.EnrolAsync(Store(), "anna", "ben");
        File.AppendAllText(At(2, file), "# a harmless comment\n");
        var state = Store().Load();
        Assert.Equal(1, state.Root!.Number);
        Assert.NotEmpty(state.Proposal!.Problems);
    }

    [Fact]
    public async Task Editing_the_first_root_is_an_error_that_says_what_to_do()
    {
        await _people.EnrolAsync(Store(), "anna");
        File.AppendAllText(At(1, "approvers"), $"mallory {await _people.KeyAsync("mallory")}\n");
        Assert.Contains("was changed after it was made", Assert.Throws<WreException>(() => Store().Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pinned_root_is_followed_by_what_its_people_signed_and_by_nothing_else()
    {
        await _people.EnrolAsync(Store(), "anna");
        var pinned = _people.Pin(Store());
        var proposal = _people.Keys(Store()).Enrol("ben", await _people.KeyAsync("ben"), null, null).Proposal!;
        Store().AddSignature(proposal, await _people.SignAsync(TrustRootStore.SumsOf(proposal), SignaturePurpose.Root, "anna"));
        Assert.Equal((2, true), (Store(pinned).Load().Root!.Number, Store(pinned).Load().Root!.IsPinned));

        // Somebody replaces the whole chain by one of their own.
        Directory.Delete(_folder.Path, recursive: true);
        Directory.CreateDirectory(_folder.Path);
        await _people.EnrolAsync(Store(), "mallory");
        var state = Store(pinned).Load();
        Assert.Equal(["anna"], state.Root!.People(SignaturePurpose.Promotion, _time.GetUtcNow()));
        Assert.Contains("does not descend from the pinned", state.Note!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Patterns_name_nobody()
    {
        var key = await _people.KeyAsync("anna");
        Assert.Contains("name the people", Assert.Throws<WreException>(() => Store().Propose($"* {key}\n", "")).Problems[0], StringComparison.Ordinal);
        Assert.Null(Store().Load().Root);
    }

    [Fact]
    public async Task Stock_tools_check_the_chain()
    {
        await _people.EnrolAsync(Store(), "anna", "ben");
        Assert.Equal("", Shell.Run(_folder.Path, "cd 2 && sha256sum --quiet -c SHA256SUMS && ssh-keygen -Y verify -f ../1/approvers -I anna -n wre-skills-root@v1 -s SHA256SUMS.1.sig < SHA256SUMS > /dev/null"));
    }
}
