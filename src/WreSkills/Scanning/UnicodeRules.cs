namespace WreSkills.Scanning;

/// <summary>The rules about characters that nobody sees or that look like others.</summary>
internal static class UnicodeRules
{
    public static readonly ScanRule Tags = Block("001", "Hidden text in tag characters", "Tag characters are invisible to people, but models read them as ASCII: a whole message can stand behind a harmless word.", "Delete the characters; nothing but flag emoji needs them.");
    public static readonly ScanRule Bidi = Block("002", "Text direction is overridden", "Bidirectional controls make a line look other than it is read, so that a reviewer approves another program than the one that runs.", "Delete the control characters, or keep right-to-left text in prose where each isolate is closed on its line.");
    public static readonly ScanRule ZeroWidth = Warn("003", "Zero-width character", "A character without width changes words for machines and not for people; it hides commands from reviewers and filters.", "Delete it; joiners belong only between emoji and in the scripts that need them.");
    public static readonly ScanRule ZeroWidthRun = Block("004", "Message in zero-width characters", "A run of zero-width characters has no use in any script; it carries bits that a model or a program can read.", "Delete the run.");
    public static readonly ScanRule Selectors = Block("005", "Message in variation selectors", "Variation selectors are invisible; each can stand for a byte, so that any text hides behind a single emoji.", "Delete them; one selector after an emoji or an ideograph is enough.");
    public static readonly ScanRule SoftHyphen = Warn("006", "Soft hyphen", "A soft hyphen is invisible in most places and splits words for filters.", "Delete it.");
    public static readonly ScanRule Invisible = Warn("007", "Invisible operator or deprecated format character", "These characters have no glyph and no use in instructions or code, but they change what is compared.", "Delete it.");
    public static readonly ScanRule Filler = Block("008", "Hangul filler", "A Hangul filler is a letter without a glyph: it makes names that nobody sees.", "Delete it.");
    public static readonly ScanRule Space = Warn("009", "Unusual space in code", "A space that is none to the shell joins words, and one that nobody can tell from a space hides the end of a line.", "Put an ordinary space there.");
    public static readonly ScanRule Separator = Warn("010", "Line or paragraph separator", "Some tools end the line here and others do not, so that reviewers and programs see different lines.", "Put an ordinary line end there.");
    public static readonly ScanRule Mark = Warn("011", "Byte order mark inside the text", "A byte order mark belongs only before the first character; elsewhere it is an invisible character.", "Delete it.");
    public static readonly ScanRule PrivateUse = Warn("012", "Private use characters", "What these characters mean is a private agreement; a reviewer sees an empty box.", "Use ordinary characters.");
    public static readonly ScanRule MixedHost = Block("013", "Host with letters of several scripts", "Letters that look alike make a stranger's host look like a known one.", "Write the host with the letters of one script, and check whose it is.");
    public static readonly ScanRule MixedCode = Block("014", "Look-alike letters in code", "A word of a command with letters of another script is another command, and no filter for the real one sees it.", "Write the word in ASCII.");
    public static readonly ScanRule MixedWord = Warn("015", "Look-alike letters in a word", "Letters of another script inside a word get instructions past filters.", "Write the word with the letters of one script.");
    public static readonly ScanRule Control = Block("016", "Terminal control character", "Escape sequences and backspaces make a terminal show other text than the file has.", "Delete the character, or write it as an escape such as \\x1b.");
    public static readonly ScanRule Broken = Warn("017", "Lone surrogate or noncharacter", "These are no characters; tools replace or drop them, so that what is checked is not what runs.", "Delete it.");
    public static readonly ScanRule Styled = Warn("018", "Words in styled letters", "Mathematical and full-width letters read as words to a model and pass filters for the plain words.", "Write plain letters and use markup.");
    public static readonly ScanRule Punycode = Warn("019", "Punycode host", "A host that begins with xn-- is shown with other letters than it is written with.", "Check whose host it is and say so in the text.");

    public static IReadOnlyList<ScanRule> All { get; } =
    [
        Tags, Bidi, ZeroWidth, ZeroWidthRun, Selectors, SoftHyphen, Invisible, Filler, Space, Separator, Mark, PrivateUse, MixedHost, MixedCode, MixedWord, Control, Broken, Styled, Punycode,
    ];

    private static ScanRule Block(string number, string title, string explanation, string hint) => new($"WRE-UNICODE-{number}", ScanSeverity.Block, SkillRisk.MaliciousSkills, title, explanation, hint);

    private static ScanRule Warn(string number, string title, string explanation, string hint) => new($"WRE-UNICODE-{number}", ScanSeverity.Warn, SkillRisk.PoorScanning, title, explanation, hint);
}
