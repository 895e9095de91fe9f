using WreSkills.Trust;

namespace WreSkills.SshCases;

/// <summary>How the library and ssh-keygen answer the same cases.</summary>
internal sealed record SshAgreement
{
    public required int BothAccept { get; init; }

    public required int BothRefuse { get; init; }

    /// <summary>Refused by the library alone, on purpose, by reason.</summary>
    public required IReadOnlyDictionary<string, int> Stricter { get; init; }

    /// <summary>Cases in which they disagree without a reason, or in which the library accepts what it says it refuses.</summary>
    public required IReadOnlyList<string> Disagreements { get; init; }

    /// <summary>By key type, how many both accept.</summary>
    public required IReadOnlyDictionary<string, int> AcceptedByType { get; init; }

    public static SshAgreement Compare(IReadOnlyList<SshCase> cases)
    {
        var theirs = SshKeygenOracle.Ask(cases);
        var stricter = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var accepted = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var disagreements = new List<string>();
        var (both, neither) = (0, 0);
        for (var index = 0; index < cases.Count; index++)
        {
            var @case = cases[index];
            var ours = Ask(@case);
            if (ours && (!theirs[index] || @case.Stricter is not null))
            {
                disagreements.Add($"ssh-keygen says {theirs[index]}, the library True: {@case}");
            }
            else if (ours)
            {
                both++;
                accepted[@case.KeyType] = accepted.GetValueOrDefault(@case.KeyType) + 1;
            }
            else if (!theirs[index])
            {
                neither++;
            }
            else if (@case.Stricter is { } reason)
            {
                stricter[reason] = stricter.GetValueOrDefault(reason) + 1;
            }
            else
            {
                disagreements.Add($"ssh-keygen says True, the library False: {@case}");
            }
        }

        return new() { BothAccept = both, BothRefuse = neither, Stricter = stricter, Disagreements = disagreements, AcceptedByType = accepted };
    }

    /// <summary>The library's answer.</summary>
    public static bool Ask(SshCase @case)
    {
        RevokedKeys? revoked;
        try
        {
            revoked = @case.Revoked is null ? null : RevokedKeys.Parse(@case.Revoked, "revoked");
        }
        catch (WreException)
        {
            return false;
        }

        var signers = AllowedSigners.Parse(@case.Signers, "signers");
        return SignatureVerifier.Verify(@case.Message, @case.Armored, @case.Namespace, signers, revoked, SshCase.At).Covers(@case.Principal);
    }
}
