using WreSkills.Trust;

namespace WreSkills.Tests.Trust;

public class AllowedSignersTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly string s_key = SshPublicKey.Parse(SshVector.Ed25519.Line).ToString();

    [Fact]
    public void A_key_belongs_to_the_names_of_all_its_lines_in_order()
    {
        var signers = Parse($"alice,al@example.com {s_key}", $"bob {SshVector.P256.Line}", "", "# nobody", $"ops-*,!ops-bot,alice namespaces=\"{SshVector.Namespace}\" {s_key} a comment");
        Assert.Empty(signers.Problems);
        var match = signers.Find(SshPublicKey.Parse(s_key), SshVector.Namespace, s_now);
        Assert.Null(match.Fault);
        Assert.Equal(["alice", "al@example.com", "ops-*"], match.Principals);
        Assert.Equal([1, 5], match.Signers.Select(signer => signer.Line));
        Assert.True(match.Signers[1].Covers("ops-eve"));
        Assert.False(match.Signers[1].Covers("ops-bot"));
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("namespaces=\"git,wre-*\" ", null)]
    [InlineData("namespaces=\"git\" ", SignatureFault.NamespaceNotAllowed)]
    [InlineData("namespaces=\"*,!wre-*\" ", SignatureFault.NamespaceNotAllowed)]
    [InlineData("valid-after=\"20261125120000Z\" ", null)]
    [InlineData("valid-after=\"20261125120001Z\" ", SignatureFault.NotYetValid)]
    [InlineData("valid-before=\"202611251200\" ", null)]
    [InlineData("valid-before=\"20261125115959\" ", SignatureFault.Expired)]
    [InlineData("VALID-BEFORE=\"20261125UTC\" ", SignatureFault.Expired)]
    [InlineData("cert-authority ", SignatureFault.CertificateAuthority)]
    public void Options_decide_for_what_and_when_a_line_counts(string options, SignatureFault? fault)
    {
        var match = Parse($"alice {options}{s_key}").Find(SshPublicKey.Parse(s_key), SshVector.Namespace, s_now.AddMilliseconds(999));
        Assert.Equal(fault, match.Fault);
        Assert.Equal(fault is null, match.Reason is null);
        Assert.Equal(fault is null ? ["alice"] : [], match.Principals);
    }

    [Fact]
    public void Of_several_lines_with_the_key_the_nearest_tells_the_reason()
    {
        var signers = Parse($"alice namespaces=\"git\" {s_key}", $"alice valid-before=\"20250101Z\" {s_key}", $"alice cert-authority {s_key}");
        var match = signers.Find(SshPublicKey.Parse(s_key), SshVector.Namespace, s_now);
        Assert.Equal(
            $"The key {SshVector.Ed25519.Fingerprint} of alice (signers, line 2) counted until 2025-01-01T00:00:00Z; the signature is judged at 2026-11-25T12:00:00Z. "
            + "Sign with a key that still counts, or have the line renewed.",
            match.Reason);
    }

    [Fact]
    public void An_unknown_key_is_told_with_the_line_that_would_allow_it()
    {
        var match = Parse($"bob {SshVector.P256.Line}").Find(SshPublicKey.Parse(s_key), SshVector.Namespace, s_now);
        Assert.Equal(SignatureFault.UnknownKey, match.Fault);
        Assert.EndsWith($"can add: NAME namespaces=\"{SshVector.Namespace}\" {s_key}", match.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alice", "no key follows the names")]
    [InlineData("\"alice KEY", "a quote is not closed")]
    [InlineData("alice KEX", "no key in base64")]
    [InlineData("alice namespaces=\"git KEY", "quote in the options is not closed")]
    [InlineData("alice namespaces=git KEY", "has to stand in double quotes")]
    [InlineData("alice namespaces=\"a\",namespaces=\"b\" KEY", "given twice")]
    [InlineData("alice namespaces=\"a\"valid-before=\"20270101\" KEY", "is not an option")]
    [InlineData("alice namespaces=\"a\", KEY", "end with a comma")]
    [InlineData("alice colour=\"red\" KEY", "'colour=\"red\"' is not an option")]
    [InlineData("alice valid-after=\"20260231Z\" KEY", "is not a time for valid-after")]
    [InlineData("alice valid-after=\"2026-02-01\" KEY", "is not a time for valid-after")]
    [InlineData("alice valid-after=\"20270101\",valid-before=\"20260101\" KEY", "would never count")]
    [InlineData("alice cert-authority KEY", "Certificates are not supported")]
    [InlineData("alice ssh-ed25519 AAAA", "binary form is damaged")]
    [InlineData("alice " + SshVector.ShortRsa, "2,048 are the least")]
    [InlineData("alice " + SshVector.Certificate, "is a certificate")]
    public void Every_line_that_lets_nothing_count_is_a_problem_with_its_number(string line, string message)
    {
        var signers = Parse("# first", line.Replace("KEY", s_key, StringComparison.Ordinal).Replace("KEX", "ssh-ed25519 !", StringComparison.Ordinal), $"bob {s_key}", line.Replace("KEY", s_key, StringComparison.Ordinal));
        Assert.Equal([2, 4], signers.Problems.Select(problem => problem.Line));
        Assert.Contains(message, signers.Problems[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("signers:2: ", signers.Problems[0].ToString(), StringComparison.Ordinal);
        Assert.Equal(["bob"], signers.Find(SshPublicKey.Parse(s_key), "git", s_now).Principals);
    }

    [Theory]
    [InlineData("\"bob smith,alice\"", "bob smith")]
    [InlineData("bob\" smith\"", "bob smith")]
    public void Quotes_keep_spaces_in_names(string written, string name)
    {
        var signers = Parse($"{written} {s_key}");
        Assert.Empty(signers.Problems);
        Assert.True(signers.Signers[0].Covers(name));
    }

    [Fact]
    public void A_pattern_of_many_stars_is_answered_at_once()
    {
        var signers = Parse($"{string.Concat(Enumerable.Repeat("a*", 400))}b {s_key}");
        Assert.False(signers.Signers[0].Covers(new string('a', 5000)));
    }

    [Fact]
    public void A_file_is_read_and_a_missing_or_binary_one_refused()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("allowed_signers", $"alice {s_key}\r\n");
        Assert.Equal(["alice"], AllowedSigners.Load(path).Find(SshPublicKey.Parse(s_key), "git", s_now).Principals);
        Assert.Contains("cannot be read", Assert.Throws<WreException>(() => AllowedSigners.Load(folder.At("missing"))).Message, StringComparison.Ordinal);
        Assert.Contains("not UTF-8", Assert.Throws<WreException>(() => AllowedSigners.Load(folder.Write("binary", [0xff, 0xfe]))).Message, StringComparison.Ordinal);
    }

    private static AllowedSigners Parse(params string[] lines) => AllowedSigners.Parse(string.Join('\n', lines), "signers");
}
