using WreSkills.Hosting;
using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

/// <summary>People with keys of their own, who sign through the real ssh-keygen.</summary>
internal sealed class TestPeople(TimeProvider time) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, (string File, SshPublicKey Key)> _keys = [];

    public string Folder => _folder.Path;

    private SshKeygen Keygen { get; } = new SshKeygen(SshKeygen.Find(Environment.GetEnvironmentVariable("PATH"), time).Program, TimeProvider.System) { Interactive = false };

    public async Task<SshPublicKey> KeyAsync(string person)
    {
        if (!_keys.TryGetValue(person, out var known))
        {
            var file = Path.Combine(_folder.Path, person);
            _keys[person] = known = (file, await Keygen.GenerateEd25519Async(file, person, TestContext.Current.CancellationToken));
        }

        return known.Key;
    }

    public async Task<string> SignAsync(byte[] bytes, string purpose, string person)
    {
        await KeyAsync(person);
        return (await Keygen.SignAsync(bytes, _keys[person].File, purpose, TestContext.Current.CancellationToken)).Armored;
    }

    /// <summary>Enrols people in the workspace, one after the other, each signed in by those before.</summary>
    public async Task EnrolAsync(TrustRootStore trust, params string[] people)
    {
        foreach (var person in people)
        {
            var state = Keys(trust).Enrol(person, await KeyAsync(person), null, null);
            foreach (var earlier in people.TakeWhile(other => other != person))
            {
                if (state.Proposal is { } proposal)
                {
                    state = trust.AddSignature(proposal, await SignAsync(TrustRootStore.SumsOf(proposal), SignaturePurpose.Root, earlier));
                }
            }

            Assert.Null(state.Proposal);
        }
    }

    /// <summary>The keys of somebody whose shell is no agent's and who has none in their home folder.</summary>
    public ApproverKeys Keys(TrustRootStore trust) => new(trust, name => name == "PATH" ? Environment.GetEnvironmentVariable(name) : null, _folder.Path, time);

    /// <summary>Copies the root in force out of the workspace, as a pinned one.</summary>
    public string Pin(TrustRootStore trust)
    {
        var root = trust.Load().Root!;
        var copy = Path.Combine(_folder.Path, "pinned");
        File.Copy(root.File, copy, overwrite: true);
        return copy;
    }

    public void Dispose() => _folder.Dispose();
}
