using System.Text;

using WreSkills.Policy;

namespace WreSkills.Skills;

/// <summary>Lists a skill folder's files without ever following a link, within bounds, with findings for every trap.</summary>
internal static class SkillFileWalk
{
    /// <summary>Beyond this many entries the walk stops counting; the folder is refused long before.</summary>
    private const int MostEntries = 10_000;

    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, RecurseSubdirectories = false, IgnoreInaccessible = false };
    private static readonly string[] s_outsideDigest = ["versions", ".git"];
    private static readonly HashSet<string> s_windowsDevices = new(StringComparer.OrdinalIgnoreCase)
    {
        "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
        "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
    };

    public static IReadOnlyList<SkillFile> List(string root, SkillLimits limits, FindingList findings)
    {
        if (!Directory.Exists(root))
        {
            findings.Error("folder.missing", "", $"there is no folder {root}");
            return [];
        }

        if (new DirectoryInfo(root).LinkTarget is not null)
        {
            findings.Error("folder.link", "", $"{root} is itself a link");
            return [];
        }

        var walk = new Walk(root, limits, findings);
        walk.Enter("", 0);
        walk.Finish();
        return walk.Files;
    }

    private sealed class Walk(string root, SkillLimits limits, FindingList findings)
    {
        private readonly List<SkillFile> _files = [];
        private readonly Dictionary<string, string> _folded = [];
        private int _entries;

        public IReadOnlyList<SkillFile> Files => _files;

        public void Enter(string relative, int depth)
        {
            if (depth > limits.Depth)
            {
                findings.Error("folder.depth", relative, $"is nested deeper than {limits.Depth} folders");
                return;
            }

            try
            {
                foreach (var entry in new DirectoryInfo(Path.Combine(root, relative)).EnumerateFileSystemInfos("*", s_everything))
                {
                    if (++_entries > MostEntries)
                    {
                        return;
                    }

                    Visit(entry, relative.Length == 0 ? entry.Name : $"{relative}/{entry.Name}", depth);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                findings.Error("file.unreadable", relative, error.Message);
            }
        }

        public void Finish()
        {
            if (_files.Count > limits.Files || _entries > MostEntries)
            {
                var count = _entries > MostEntries ? $"more than {MostEntries:N0} entries" : $"{_files.Count:N0} files";
                findings.Error("folder.files", "", $"has {count}; at most {limits.Files} files are allowed (policy skill_limits.files)");
            }

            // The digest's order: bytes of the UTF-8 path, as `LC_ALL=C sort` has it.
            _files.Sort(static (left, right) => Encoding.UTF8.GetBytes(left.Path).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.Path)));
        }

        private void Visit(FileSystemInfo entry, string relative, int depth)
        {
            if (depth == 0 && entry is DirectoryInfo && s_outsideDigest.Contains(entry.Name) && entry.LinkTarget is null)
            {
                return;
            }

            CheckName(entry.Name, relative);
            if (depth == 0 && entry.Name.StartsWith('-'))
            {
                findings.Error("file.name", relative, "begins with '-': sha256sum would take it for an option, so nobody could recompute the digest");
            }

            if (entry.LinkTarget is not null || (entry.Attributes & FileAttributes.ReparsePoint) != 0)
            {
                findings.Error("folder.link", relative, "is a link; a skill is plain files, copy the content instead");
                return;
            }

            var folded = relative.Normalize(NormalizationForm.FormC).ToUpperInvariant();
            if (!_folded.TryAdd(folded, relative))
            {
                findings.Error("folder.case", relative, $"collides with '{_folded[folded]}' on file systems that ignore case");
            }

            if (entry is DirectoryInfo)
            {
                Enter(relative, depth + 1);
                return;
            }

            var file = (FileInfo)entry;
            if (file.Length > limits.FileBytes)
            {
                findings.Error("file.size", relative, $"has {file.Length:N0} bytes; at most {limits.FileBytes:N0} are allowed (policy skill_limits.file_bytes)");
            }

            if (IsRegular(file.FullName))
            {
                _files.Add(new SkillFile(relative, file.Length));
            }
            else
            {
                findings.Error("folder.special", relative, "is not a regular file (a pipe, socket or device)");
            }
        }

        private void CheckName(string name, string relative)
        {
            if (name.Any(c => char.IsControl(c) || c is '\\' or '\uFFFD'))
            {
                findings.Error("file.name", Printable(relative), "has a control character, a backslash or invalid UTF-8 in its name");
            }
            else if (name.AsSpan().IndexOfAny("<>:\"|?*") >= 0 || name.EndsWith('.') || name.EndsWith(' ') || s_windowsDevices.Contains(Path.GetFileNameWithoutExtension(name)))
            {
                findings.Warn("file.name", relative, "has a name that Windows cannot hold");
            }
        }

        private static bool IsRegular(string path)
        {
            try
            {
                using var handle = Storage.UntrustedFile.Open(path);
                return true;
            }
            catch (UnauthorizedAccessException)
            {
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        private static string Printable(string name) => string.Concat(name.Select(c => char.IsControl(c) ? '?' : c));
    }
}
