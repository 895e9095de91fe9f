namespace WreSkills.SshCases;

/// <summary>The part that varies who may sign: good signatures against lists of every spelling.</summary>
internal sealed partial class SshCaseGenerator
{
    private static readonly string[] s_principals =
    [
        "alice@example.com", "*@example.com", "bob,alice@example.com", "bob,carol", "*,!alice@example.com", "!alice@example.com,*", "!bob,*", "*", "al?ce@example.com",
        "\"alice@example.com\"", "\"bob smith,alice@example.com\"", "al\"ice@example.com\"", "\"alice@example.com", "ALICE@example.com", "alice@example.co", "a*i*e*@*e*.com",
        "alice@example.com,", ",alice@example.com", "bob,,*c*", "**", "?*@example.com", "alice@example.com*", "*?", "!", "alice@example.com,!",
    ];

    private static readonly string[] s_options =
    [
        "", "", "namespaces=\"wre-skills-promotion@v1\"", "namespaces=\"git,wre-*\"", "namespaces=\"git\"", "namespaces=\"*,!wre-*\"", "NAMESPACES=\"*\"", "namespaces=*",
        "namespaces=\"*", "namespaces=\"\"", "namespaces=\"git\",namespaces=\"*\"", "namespaces=\"a\\\"b,*\"", "cert-authority", "cert-authority,namespaces=\"*\"", "no-such-option",
        "valid-after=\"20261125Z\"", "valid-after=\"20261125120000Z\"", "valid-after=\"20261125120001Z\"", "valid-after=\"202611251200Z\"", "valid-after=\"20261126\"",
        "valid-before=\"20261125115959Z\"", "valid-before=\"20261125120000Z\"", "valid-before=\"20271125\"", "valid-before=\"202611251200\"", "valid-before=\"2026-11-25\"",
        "valid-before=\"20261325\"", "valid-before=20271125", "valid-before=\"20271125z\"", "valid-before=\"20271125UTC\"", "valid-before=\"19700101Z\"", "valid-before=\"\"",
        "valid-after=\"20250101\",valid-before=\"20270101\"", "valid-after=\"20270101\",valid-before=\"20250101\"", "valid-after=\"20250101\",valid-after=\"20250102\"",
        "valid-after=\"20250101\",valid-before=\"20250101\"", "valid-before=\"20271125\",", ",valid-before=\"20271125\"", ",,namespaces=\"*\"", "namespaces=\"*\"valid-before=\"20271125\"",
        "valid-before=\"20271125\" ", "namespaces=\"git, wre-*\"", "Valid-Before=\"20271125\",Namespaces=\"wre-skills-promotion@v1\"", "valid-before=\"20271125ZZ\"", "namespaces =\"*\"",
    ];

    private static readonly string[] s_revoked =
    [
        "", "# nothing\n\n", "{0}\n", "{1}\n", "# {0}\n", "  \t{0} comment\n", "{1}\n{0}", "{1}\nnot a key\n", "not a key\n{0}\n", "{1} comment\r\n", "{2}\n{1}\n", "ssh-ed25519 AAAA\n", "{0}\nnot a key\n",
    ];

    private SshCase WithSigners(GoodSignature good, SshCaseKey other)
    {
        var lines = new List<string>();
        for (var count = 1 + _random.Next(3); count > 0; count--)
        {
            lines.Add(SignerLine(_random.Next(4) == 0 ? other : good.Key, other));
        }

        var revoked = _random.Next(3) == 0
            ? string.Format(System.Globalization.CultureInfo.InvariantCulture, s_revoked[_random.Next(s_revoked.Length)], good.Key.Line, other.Line, _shortRsa.Line)
            : null;
        return good.Case(revoked is null ? "other signers" : "other signers, some keys revoked", good.Parts) with { Signers = string.Join('\n', lines), Revoked = revoked };
    }

    private string SignerLine(SshCaseKey key, SshCaseKey other)
    {
        var options = s_options[_random.Next(s_options.Length)];
        var line = $"{s_principals[_random.Next(s_principals.Length)]} {options}{(options.Length > 0 ? " " : "")}{key.Line}";
        return _random.Next(14) switch
        {
            0 => line + " a comment",
            1 => "  \t" + line,
            2 => line.Replace(" ", " \t ", StringComparison.Ordinal),
            3 => "# " + line,
            4 => line + "\r",
            5 => line.Replace(key.Type, other.Type + "x", StringComparison.Ordinal),
            6 => line[..^_random.Next(1, line.Length / 2)],
            7 => "\n" + line,
            _ => line,
        };
    }
}
