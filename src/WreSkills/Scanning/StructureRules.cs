using static WreSkills.Scanning.ScanSeverity;
using static WreSkills.Scanning.SkillRisk;

namespace WreSkills.Scanning;

/// <summary>The rules about files as such.</summary>
internal static class StructureRules
{
    public static readonly ScanRule Link = Rule("001", Block, WeakIsolation, "Link", "A link is another file than the one that was reviewed, and can become a third one later.", "Copy the content into the skill.");
    public static readonly ScanRule LinkOutside = Rule("002", Block, WeakIsolation, "Link to a place outside", "Through the link the agent reads or writes files that are not the skill's.", "Copy the content into the skill.");
    public static readonly ScanRule Escape = Rule("003", Warn, WeakIsolation, "Refers to a file outside", "A version holds only its own files; what stands elsewhere is not reviewed with it.", "Copy the file into the skill and refer to it there.");
    public static readonly ScanRule Archive = Rule("004", Block, PoorScanning, "Archive", "What is packed in an archive is not looked at.", "Ship the files unpacked.");
    public static readonly ScanRule LockedArchive = Rule("005", Block, MaliciousSkills, "Archive with a password", "A password protects the content only from scanners.", "Ship the files unpacked.");
    public static readonly ScanRule Executable = Rule("006", Block, MaliciousSkills, "Compiled program", "Nobody can review machine code.", "Ship the source, or let the person install the program.");
    public static readonly ScanRule Undeclared = Rule("007", Warn, InsecureMetadata, "Script that SKILL.md does not mention", "A reviewer does not know when it runs, and the agent may run it unasked.", "Say in SKILL.md what the script does and when to run it.");
    public static readonly ScanRule HiddenCode = Rule("008", Block, MaliciousSkills, "Hidden file with code", "Files that begin with a dot are not listed, so that reviewers pass them over.", "Give the file a name that shows.");
    public static readonly ScanRule Autorun = Rule("009", Block, MaliciousSkills, "Runs by itself when Python starts", "Python runs .pth files and site customizations at every start, without anybody calling them.", "Delete the file.");
    public static readonly ScanRule Hook = Rule("010", Warn, SupplyChainCompromise, "Runs by itself in a tool", "Install scripts, test configuration and directory settings run as a side effect of something harmless.", "Delete it, or describe it in SKILL.md.");
    public static readonly ScanRule Repository = Rule("011", Block, MaliciousSkills, "Git repository inside", "A repository brings hooks and settings that git runs, and history that is not reviewed.", "Delete the .git folder.");
    public static readonly ScanRule AgentSettings = Rule("012", Block, MaliciousSkills, "Settings of an agent or editor inside", "Agents and editors obey such files when the folder is opened: servers are started and hooks run.", "Delete the file; let the person configure the tools.");
    public static readonly ScanRule AgentDocument = Rule("013", Warn, MaliciousSkills, "Instructions for agents beside SKILL.md", "Agents read these files without anybody choosing the skill.", "Put the instructions into SKILL.md.");
    public static readonly ScanRule Disguised = Rule("014", Block, MaliciousSkills, "Content is not what the name says", "A file that is binary behind a name for text, or text behind a name for an image, is passed over by reviewers.", "Give the file the ending of its content.");
    public static readonly ScanRule Polyglot = Rule("015", Block, MaliciousSkills, "Two formats in one file", "A file that is an image to one program and an archive or script to another hides the other.", "Keep one format.");
    public static readonly ScanRule TooLarge = Rule("016", Block, PoorScanning, "Too large to be looked at", "What is not looked at cannot be passed.", "Split the text, or leave it out of the skill.");
    public static readonly ScanRule NotUtf8 = Rule("017", Warn, InsecureMetadata, "Not UTF-8", "Programs read the bytes as different characters; the scan took them for Latin-1.", "Save the file as UTF-8.");
    public static readonly ScanRule Utf16 = Rule("018", Warn, InsecureMetadata, "UTF-16 text", "Programs that expect UTF-8 see nothing of it, and so do most scanners.", "Save the file as UTF-8.");
    public static readonly ScanRule Special = Rule("019", Block, WeakIsolation, "Pipe, socket or device", "Reading it blocks, or asks another program.", "Delete it.");
    public static readonly ScanRule Name = Rule("020", Block, MaliciousSkills, "File name with hidden or control characters", "The name that is shown is not the name that is used.", "Rename the file.");
    public static readonly ScanRule DoubleEnding = Rule("021", Warn, MaliciousSkills, "Name with two endings", "The first ending looks harmless, the second one counts.", "Rename the file.");
    public static readonly ScanRule Unreadable = Rule("022", Block, PoorScanning, "Cannot be read", "What cannot be read cannot be passed.", "Give the scan the right to read it.");
    public static readonly ScanRule Bytecode = Rule("023", Block, MaliciousSkills, "Compiled script", "Bytecode runs like the script and need not be the script's.", "Delete it; it is made again from the source.");
    public static readonly ScanRule Pickle = Rule("024", Warn, InsecureMetadata, "Serialized objects that run code", "Loading a pickle or a saved model of that kind runs what its maker put in.", "Use a format without code, such as JSON or safetensors.");
    public static readonly ScanRule Installer = Rule("025", Block, SupplyChainCompromise, "Installer or document with macros", "It runs programs when it is opened.", "Leave it out; name where the person can get it.");
    public static readonly ScanRule Binary = Rule("026", Warn, PoorScanning, "Binary file of unknown kind", "The scan cannot say what it is.", "Use a known format, or describe the file in SKILL.md.");
    public static readonly ScanRule TooHard = Rule("027", Block, PoorScanning, "Too costly to be looked at", "The text is made so that looking at it takes very long; a part was not looked at.", "Shorten the text or its lines.");
    public static readonly ScanRule TooMany = Rule("028", Block, PoorScanning, "More files or deeper folders than are looked at", "What is not looked at cannot be passed.", "Split the folder.");
    public static readonly ScanRule NulInText = Rule("029", Block, MaliciousSkills, "NUL in a text", "Many programs stop reading at a NUL; what stands behind it is seen by others only.", "Delete the character.");

    public static IReadOnlyList<ScanRule> All { get; } =
    [
        Link, LinkOutside, Escape, Archive, LockedArchive, Executable, Undeclared, HiddenCode, Autorun, Hook, Repository, AgentSettings, AgentDocument, Disguised, Polyglot, TooLarge,
        NotUtf8, Utf16, Special, Name, DoubleEnding, Unreadable, Bytecode, Pickle, Installer, Binary, TooHard, TooMany, NulInText,
    ];

    private static ScanRule Rule(string number, ScanSeverity severity, SkillRisk risk, string title, string explanation, string hint) => new($"WRE-STRUCTURE-{number}", severity, risk, title, explanation, hint);
}
