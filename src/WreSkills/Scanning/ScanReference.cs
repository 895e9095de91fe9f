using System.Text;

namespace WreSkills.Scanning;

/// <summary>The list of rules as a page of the reference, made from the rules themselves.</summary>
public static class ScanReference
{
    private static readonly (string Family, string Title, string Text)[] s_families =
    [
        ("structure", "Files", "What is no plain text, or not what its name says, or obeyed by somebody without being called."),
        ("front", "Front matter", "What the head of `SKILL.md` claims and asks for."),
        ("unicode", "Hidden Unicode", "Characters that nobody sees, and letters that look like others. Messages in them are decoded, shown and scanned themselves. What scripts and emoji need is no finding."),
        ("command", "Commands that download, run or spy", "In Markdown, scripts and running text, with quoting tricks undone."),
        ("system", "Commands that stay, gain rights or destroy", "In Markdown, scripts and running text, with quoting tricks undone."),
        ("remote", "What is fetched at run time", "Instructions and packages that nobody has reviewed."),
        ("instruct", "Instructions against the person", "A text that only speaks about such an attack (quoted in a list of what to refuse, or negated) gives a warning. So does data, such as the cases of a benchmark."),
        ("tools", "Tools that are not declared", "Only where the skill has `allowed-tools`."),
        ("encoded", "Encoded content", "Base 64, hexadecimal and escapes are decoded up to twice, and what comes out is scanned by all rules."),
        ("secret", "Secrets", "Shown masked. The same rules redact execution records, metric lines, benchmark results, messages, reports and cached answers before they are written. Placeholders, references to variables and published examples are no findings; tokens with a checksum that does not fit are warnings."),
    ];

    /// <summary>Writes the page.</summary>
    public static string Markdown()
    {
        var text = new StringBuilder();
        text.Append("# Rules of the security scan\n\n");
        text.Append("<!-- Made by `wre scan --rules --format markdown`; a test fails when it is stale. -->\n\n");
        text.Append($"Edition {ScanRules.Version}, {ScanRules.All.Count} rules. `wre scan PATH` runs them; both promotions do (gate `security_scan`).\n\n");
        text.Append("**block** stops a promotion unless the approval ticket waives it (`wre ticket new --waive RULE[:FILE]=REASON`); **warn** does not.\n");
        text.Append("The codes are those of the [OWASP Agentic Skills Top 10](https://owasp.org/www-project-agentic-skills-top-10/), 2026: ");
        text.Append(string.Join(", ", Enum.GetValues<SkillRisk>().Select(risk => $"{risk.Code()} {risk.Title()}"))).Append(".\n\n");
        text.Append("No input makes a scan hang: files of more than 8 MiB, trees of more than 200,000 entries and texts that are made to be slow are findings themselves. Links are never followed.\n");
        foreach (var (family, title, about) in s_families)
        {
            text.Append($"\n## {title}\n\n{about}\n\n");
            if (family == "secret")
            {
                Secrets(text);
                continue;
            }

            text.Append("| rule | | risk | what | why | mend it |\n|---|---|---|---|---|---|\n");
            foreach (var rule in ScanRules.All.Where(rule => rule.Family == family))
            {
                text.Append($"| `{rule.Id}` | {Word(rule.Severity)} | {rule.Risk.Code()} | {rule.Title} | {Cell(rule.Explanation)} | {Cell(rule.Hint)} |\n");
            }
        }

        return text.ToString();
    }

    private static void Secrets(StringBuilder text)
    {
        text.Append("All are block, AST03. Mend it: revoke the credential, take it out of the files and their history, and let the agent read it from its environment.\n\n");
        text.Append("| rule | what |\n|---|---|\n");
        foreach (var rule in ScanRules.All.Where(rule => rule.Family == "secret"))
        {
            text.Append($"| `{rule.Id}` | {rule.Title} |\n");
        }
    }

    private static string Word(ScanSeverity severity) => severity == ScanSeverity.Block ? "block" : "warn";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
