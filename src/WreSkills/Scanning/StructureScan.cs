using System.Buffers;
using System.Text;
using System.Text.Json;

namespace WreSkills.Scanning;

/// <summary>Judges a file by its name and its bytes.</summary>
internal static class StructureScan
{
    private static readonly HashSet<string> s_textEndings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".md", ".mdx", ".markdown", ".txt", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".csv", ".tsv", ".xml", ".html", ".htm", ".svg", ".css", ".rst", ".adoc",
        ".sh", ".bash", ".zsh", ".fish", ".py", ".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".ps1", ".rb", ".pl", ".php", ".lua", ".bat", ".cmd", ".go", ".rs", ".java", ".cs", ".c", ".h", ".cpp", ".sql", ".r",
    };

    private static readonly HashSet<string> s_mediaEndings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".ico", ".tif", ".tiff", ".mp3", ".mp4", ".wav", ".ogg", ".webm", ".mov", ".woff", ".woff2", ".ttf", ".otf", ".pdf",
    };

    private static readonly HashSet<string> s_packedDocuments = new(StringComparer.OrdinalIgnoreCase)
    {
        ".docx", ".xlsx", ".pptx", ".dotx", ".xltx", ".potx", ".odt", ".ods", ".odp", ".epub", ".pages", ".numbers", ".key", ".vsdx",
    };

    private static readonly HashSet<string> s_installers = new(StringComparer.OrdinalIgnoreCase)
    {
        ".dmg", ".pkg", ".msi", ".msix", ".apk", ".ipa", ".deb", ".rpm", ".appimage", ".scr", ".docm", ".xlsm", ".pptm", ".dotm", ".xlam", ".hta", ".lnk", ".vsix", ".crx", ".iso", ".img",
    };

    private static readonly HashSet<string> s_codeEndings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".sh", ".bash", ".zsh", ".py", ".pyw", ".js", ".mjs", ".cjs", ".ts", ".ps1", ".psm1", ".rb", ".pl", ".php", ".lua", ".bat", ".cmd", ".vbs", ".exe", ".com", ".command", ".applescript",
    };

    private static readonly string[] s_knownDotFiles = [".eslintrc", ".prettierrc", ".babelrc", ".stylelintrc", ".commitlintrc", ".lintstagedrc", ".mocharc", ".nycrc", ".versionrc", ".releaserc", ".czrc", ".swcrc", ".puppeteerrc", ".yarnrc", ".pnpmfile"];

    private static readonly SearchValues<string> s_installHooks = SearchValues.Create(["\"preinstall\"", "\"postinstall\"", "\"install\"", "\"prepare\"", "\"prepublish\""], StringComparison.Ordinal);

    /// <summary>Judges the name of a file or folder.</summary>
    public static void Names(string path, string name, FindingSink sink)
    {
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || HiddenText.IsHidden(rune) && rune.Value is not (0xFE0F or 0x200D) || rune == Rune.ReplacementChar)
            {
                sink.Add(StructureRules.Name, path, ScanText.Visible(name));
                return;
            }
        }

        var ending = Path.GetExtension(name);
        var inner = Path.GetExtension(Path.GetFileNameWithoutExtension(name).TrimEnd());
        if ((s_codeEndings.Contains(ending) || s_installers.Contains(ending)) && (s_mediaEndings.Contains(inner) || s_packedDocuments.Contains(inner) || inner.ToLowerInvariant() is ".txt" or ".csv" or ".doc" or ".xls"))
        {
            sink.Add(StructureRules.DoubleEnding, path, name);
        }
    }

    /// <summary>Judges what a file in a skill is for, by its place.</summary>
    public static void Place(string path, string inSkill, FindingSink sink)
    {
        var lower = inSkill.ToLowerInvariant();
        var name = lower[(lower.LastIndexOf('/') + 1)..];
        var ending = Path.GetExtension(name);
        if (IsAgentSettings(lower, name))
        {
            sink.Add(StructureRules.AgentSettings, path, inSkill);
        }
        else if (name is "claude.md" or "agents.md" or "gemini.md" or "memory.md" or "soul.md" or "identity.md" or "copilot-instructions.md" or ".cursorrules" or ".windsurfrules" or ".clinerules")
        {
            sink.Add(StructureRules.AgentDocument, path, inSkill);
        }

        if (ending == ".pth" || name is "sitecustomize.py" or "usercustomize.py")
        {
            sink.Add(StructureRules.Autorun, path, inSkill);
        }
        else if (name is "conftest.py" or ".envrc" or ".autoenv" or ".mise.toml" or "pytest.ini" or ".npmrc" or ".yarnrc.yml" or ".pnpmfile.cjs" or ".gdbinit" or ".lldbinit" or ".exrc" or ".nvimrc" or "gradle.properties" or "nuget.config" or "pip.conf")
        {
            sink.Add(StructureRules.Hook, path, inSkill);
        }

        if (name.StartsWith('.') && (s_codeEndings.Contains(ending) && name != ending || s_codeEndings.Contains(name)) && !s_knownDotFiles.Any(known => name.StartsWith(known, StringComparison.Ordinal)) || lower.Split('/')[..^1].Any(IsHiddenFolder) && s_codeEndings.Contains(ending))
        {
            sink.Add(StructureRules.HiddenCode, path, inSkill);
        }
    }

    /// <summary>Judges the bytes of a file.</summary>
    /// <returns>Whether it is text to be looked at.</returns>
    public static bool Bytes(string path, ReadOnlySpan<byte> bytes, TextDecoding.Form form, FindingSink sink)
    {
        var ending = Path.GetExtension(path);
        var kind = FileSignature.Of(bytes);
        if (s_installers.Contains(ending) || (kind is FileKind.Archive or FileKind.Document && bytes.IndexOf("vbaProject.bin"u8) >= 0))
        {
            sink.Add(StructureRules.Installer, path, ending);
        }

        switch (kind)
        {
            case FileKind.Executable:
                sink.Add(StructureRules.Executable, path, Magic(bytes));
                break;
            case FileKind.Bytecode:
                sink.Add(StructureRules.Bytecode, path, ending);
                break;
            case FileKind.Pickle:
                sink.Add(StructureRules.Pickle, path, ending);
                break;
            case FileKind.Archive when FileSignature.IsLockedZip(bytes):
                sink.Add(StructureRules.LockedArchive, path, ending);
                break;
            case FileKind.Archive when !s_packedDocuments.Contains(ending) && !s_installers.Contains(ending):
                sink.Add(StructureRules.Archive, path, Magic(bytes));
                break;
            case FileKind.Media or FileKind.Document when FileSignature.HidesAnother(bytes, kind):
                sink.Add(StructureRules.Polyglot, path, ending);
                break;
            default:
                break;
        }

        if (kind != FileKind.Unknown && form is not TextDecoding.Form.Utf16)
        {
            if (s_textEndings.Contains(ending))
            {
                sink.Add(StructureRules.Disguised, path, $"{Magic(bytes)} behind {ending}");
            }

            return form == TextDecoding.Form.Utf8 && kind is FileKind.Media or FileKind.Document && s_textEndings.Contains(ending);
        }

        return Text(path, ending, bytes, form, sink);
    }

    /// <summary>Judges a JSON package description: scripts that run at installation.</summary>
    public static void Package(ScannedFile file, FindingSink sink)
    {
        if (file.Name != "package.json" || !file.Text.AsSpan().ContainsAny(s_installHooks))
        {
            return;
        }

        try
        {
            using var document = JsonDocument.Parse(file.Text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            foreach (var name in (string[])["preinstall", "install", "postinstall", "prepare", "prepublish"])
            {
                if (document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("scripts", out var scripts) && scripts.ValueKind == JsonValueKind.Object
                    && scripts.TryGetProperty(name, out var script) && script.ValueKind == JsonValueKind.String)
                {
                    var at = Math.Max(0, file.Text.IndexOf($"\"{name}\"", StringComparison.Ordinal));
                    sink.Add(StructureRules.Hook, file, at, ScanText.Visible($"{name}: {script.GetString()}"));
                }
            }
        }
        catch (JsonException)
        {
            // Not JSON: npm does not read it either.
        }
    }

    private static bool Text(string path, string ending, ReadOnlySpan<byte> bytes, TextDecoding.Form form, FindingSink sink)
    {
        switch (form)
        {
            case TextDecoding.Form.Utf16:
                sink.Add(StructureRules.Utf16, path, "UTF-16 with byte order mark");
                return true;
            case TextDecoding.Form.Binary when IsMostlyText(bytes):
                sink.Add(StructureRules.NulInText, path, $"NUL at byte {bytes.IndexOf((byte)0)}");
                return true;
            case TextDecoding.Form.Binary:
                sink.Add(s_textEndings.Contains(ending) ? StructureRules.Disguised : StructureRules.Binary, path, $"binary behind {(ending.Length == 0 ? "a name without ending" : ending)}");
                return false;
            case TextDecoding.Form.Latin1:
                if (!IsMostlyText(bytes))
                {
                    sink.Add(s_textEndings.Contains(ending) ? StructureRules.Disguised : StructureRules.Binary, path, $"binary behind {(ending.Length == 0 ? "a name without ending" : ending)}");
                    return s_textEndings.Contains(ending);
                }

                sink.Add(StructureRules.NotUtf8, path, "taken for Latin-1");
                return true;
            default:
                if (s_mediaEndings.Contains(ending) && bytes.Length > 0)
                {
                    sink.Add(StructureRules.Disguised, path, $"text behind {ending}");
                }

                return true;
        }
    }

    private static bool IsAgentSettings(string path, string name) =>
        path is ".mcp.json" or ".claude.json" || path.EndsWith("/.mcp.json", StringComparison.Ordinal) || InFolder(path, ".cursor") || InFolder(path, ".codex") || InFolder(path, ".gemini") || InFolder(path, ".windsurf")
        || (InFolder(path, ".claude") && (name.StartsWith("settings", StringComparison.Ordinal) || InFolder(path, "hooks") || InFolder(path, "commands") || InFolder(path, "agents")))
        || (InFolder(path, ".vscode") && name is "tasks.json" or "settings.json" or "launch.json" or "mcp.json") || (InFolder(path, ".idea") && name == "workspace.xml") || path.EndsWith("hooks/hooks.json", StringComparison.Ordinal)
        || (InFolder(path, ".devcontainer") && name == "devcontainer.json") || (InFolder(path, ".github") && InFolder(path, "workflows"));

    private static bool InFolder(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal) || path.Contains("/" + folder + "/", StringComparison.Ordinal);

    private static bool IsHiddenFolder(string folder) => folder.StartsWith('.') && folder is not (".claude" or ".cursor" or ".codex" or ".gemini" or ".github" or ".vscode" or ".devcontainer" or ".husky" or "." or "..");

    private static bool IsMostlyText(ReadOnlySpan<byte> bytes)
    {
        var part = bytes[..Math.Min(bytes.Length, 64 * 1024)];
        var odd = 0;
        foreach (var value in part)
        {
            odd += value is < 0x09 or (> 0x0D and < 0x20) or 0x7F or (>= 0x80 and < 0xA0) ? 1 : 0;
        }

        return odd * 12 < part.Length;
    }

    private static string Magic(ReadOnlySpan<byte> bytes) => $"begins with {Convert.ToHexString(bytes[..Math.Min(bytes.Length, 4)])}";
}
