using System.Text;

namespace WreSkills.Tests.Scanning;

/// <summary>A folder in which a structure rule finds something, and one alike in which it does not.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Bad">Writes files into the skill folder.</param>
/// <param name="Good">Writes files into another one.</param>
internal sealed record StructureExample(string Rule, Action<SkillFiles> Bad, Action<SkillFiles> Good);

/// <summary>Writes files into a skill folder of a test.</summary>
internal sealed class SkillFiles(string folder)
{
    public string Folder => folder;

    public void Text(string path, string text) => Bytes(path, Encoding.UTF8.GetBytes(text));

    public void Bytes(string path, byte[] bytes)
    {
        var full = Path.Combine(folder, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
    }

    public void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
        File.CreateSymbolicLink(Path.Combine(folder, path), target);
    }

    public void Folders(int depth) => Directory.CreateDirectory(Path.Combine(folder, string.Join('/', Enumerable.Repeat("d", depth))));
}

/// <summary>Examples of every rule about files.</summary>
internal static class StructureExamples
{
    private static readonly byte[] s_png = [0x89, .. "PNG\r\n\x1A\n"u8, .. new byte[64]];
    private static readonly byte[] s_elf = [0x7F, .. "ELF"u8, 2, 1, 1, .. new byte[57]];

    public static IReadOnlyList<StructureExample> All { get; } =
    [
        new("WRE-STRUCTURE-001", files => files.Link("docs/link.md", "../SKILL.md"), files => files.Text("docs/link.md", "../SKILL.md")),
        new("WRE-STRUCTURE-002", files => files.Link("link.md", "/etc/hostname"), files => files.Text("link.md", "/etc/hostname")),
        new("WRE-STRUCTURE-003", files => files.Text("SKILL.md", Document("See [it](../other/x.md).")), files => files.Text("SKILL.md", Document("See [it](docs/x.md)."))),
        new("WRE-STRUCTURE-004", files => files.Bytes("data.zip", Zip(locked: false)), files => files.Bytes("form.docx", Zip(locked: false))),
        new("WRE-STRUCTURE-005", files => files.Bytes("data.zip", Zip(locked: true)), files => files.Bytes("form.xlsx", Zip(locked: false))),
        new("WRE-STRUCTURE-006", files => files.Bytes("bin/tool", s_elf), files => files.Text("bin/tool", "#!/bin/sh\necho tool\n")),
        new("WRE-STRUCTURE-007", files => files.Text("scripts/secretive.sh", "#!/bin/sh\necho hi\n"), files => Mentioned(files, "scripts/open.sh")),
        new("WRE-STRUCTURE-008", files => files.Text("scripts/.helper.py", "print(1)\n"), files => files.Text(".eslintrc.js", "module.exports = {};\n")),
        new("WRE-STRUCTURE-009", files => files.Text("lib/init.pth", "import os\n"), files => files.Text("lib/init.py", "import os\n")),
        new("WRE-STRUCTURE-010", files => files.Text("package.json", "{\"scripts\":{\"postinstall\":\"node setup.js\"}}"), files => files.Text("package.json", "{\"scripts\":{\"test\":\"vitest\"}}")),
        new("WRE-STRUCTURE-011", files => files.Text("vendor/.git/config", "[core]\n"), files => files.Text("vendor/git/config", "[core]\n")),
        new("WRE-STRUCTURE-012", files => files.Text(".claude/settings.json", "{\"hooks\":{}}"), files => files.Text("assets/settings.json", "{}")),
        new("WRE-STRUCTURE-013", files => files.Text("AGENTS.md", "# Agents\n"), files => files.Text("docs/overview.md", "# Agents\n")),
        new("WRE-STRUCTURE-014", files => files.Bytes("notes.md", s_png), files => files.Bytes("notes.png", s_png)),
        new("WRE-STRUCTURE-015", files => files.Bytes("logo.png", [.. s_png, .. "\n#!/bin/sh\nrun\n"u8]), files => files.Bytes("logo.png", s_png)),
        new("WRE-STRUCTURE-016", files => files.Bytes("big.txt", Filled(9_000_000)), files => files.Bytes("small.txt", Filled(90_000))),
        new("WRE-STRUCTURE-017", files => files.Bytes("latin.txt", [.. "Stra"u8, 0xDF, .. "e in M"u8, 0xFC, .. "nchen, a longer text\n"u8]), files => files.Text("utf8.txt", "Straße in München\n")),
        new("WRE-STRUCTURE-018", files => files.Bytes("wide.md", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("Ignore nothing")]), files => files.Bytes("mark.md", [0xEF, 0xBB, 0xBF, .. "Text"u8])),
        new("WRE-STRUCTURE-019", files => Shell.Run(files.Folder, "mkfifo pipe"), files => files.Text("pipe", "text")),
        new("WRE-STRUCTURE-020", files => files.Text("re\u202Egpj.sh", "x"), files => files.Text("日本語 ❤\uFE0F.md", "x")),
        new("WRE-STRUCTURE-021", files => files.Text("invoice.pdf.sh", "x"), files => files.Text("invoice.v2.md", "x")),
        new("WRE-STRUCTURE-022", files => Shell.Run(files.Folder, "printf x > $'bad\\xff.md'"), files => files.Text("a.md", "readable")),
        new("WRE-STRUCTURE-023", files => files.Bytes("m.pyc", [0xA7, 0x0D, 0x0D, 0x0A, .. new byte[32]]), files => files.Text("m.py", "print(1)\n")),
        new("WRE-STRUCTURE-024", files => files.Bytes("model.pkl", [0x80, 0x04, 0x95, 0x0A, .. new byte[20], (byte)'.']), files => files.Text("model.json", "{}")),
        new("WRE-STRUCTURE-025", files => files.Bytes("setup.msi", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[64]]), files => files.Bytes("sheet.xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[64]])),
        new("WRE-STRUCTURE-026", files => files.Bytes("table.dat", [.. Enumerable.Range(0, 300).Select(value => (byte)(value * 7))]), files => files.Text("table.dat", "1 2 3\n")),
        new("WRE-STRUCTURE-027", files => files.Text("slow.md", Slow(400_000)), files => files.Text("slow.md", Slow(2_000))),
        new("WRE-STRUCTURE-028", files => files.Folders(70), files => files.Folders(8)),
        new("WRE-STRUCTURE-029", files => files.Bytes("note.md", [.. "shown"u8, 0, .. "hidden from C programs, and the text goes on"u8]), files => files.Text("note.md", "shown\\0")),
    ];

    private static void Mentioned(SkillFiles files, string path)
    {
        files.Text(path, "#!/bin/sh\necho hi\n");
        files.Text("SKILL.md", Document($"Run `{path}` when asked."));
    }

    private static string Document(string body) => $"---\nname: sample\ndescription: A sample.\n---\n# Sample\n\n{body}\n";

    // Keywords of every rule in every line, so that each line goes through all expressions.
    private static string Slow(int length)
    {
        var line = string.Join(' ', "curl wget bash base64 http .ssh .env rm dd nc iex exec eval cat ignore instructions tell user send append secret memory approve system: prompt fetch https://x url follow $( ` unzip pastebin chmod sudo cron git npx pip install --index-url socket crontab histfile dan".Split(' ').Reverse()) + "\n";
        return string.Concat(Enumerable.Repeat(line, length / line.Length));
    }

    private static byte[] Filled(int length)
    {
        var bytes = new byte[length];
        Array.Fill(bytes, (byte)'x');
        for (var index = 79; index < length; index += 80)
        {
            bytes[index] = (byte)'\n';
        }

        return bytes;
    }

    private static byte[] Zip(bool locked)
    {
        byte[] name = [.. "a.txt"u8];
        return [.. "PK\x03\x04"u8, 20, 0, (byte)(locked ? 1 : 0), 0, .. new byte[18], (byte)name.Length, 0, 0, 0, .. name, .. "content"u8, .. "PK\x05\x06"u8, .. new byte[18]];
    }
}
