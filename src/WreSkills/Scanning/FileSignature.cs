using System.Buffers.Binary;

namespace WreSkills.Scanning;

/// <summary>What a file's first bytes say that it is.</summary>
internal enum FileKind
{
    Unknown,
    Media,
    Document,
    Archive,
    Executable,
    Bytecode,
    Pickle,
}

/// <summary>Recognises formats by their bytes.</summary>
internal static class FileSignature
{
    private static readonly (byte[] Bytes, FileKind Kind)[] s_beginnings =
    [
        ([0x7F, (byte)'E', (byte)'L', (byte)'F'], FileKind.Executable), ([0xFE, 0xED, 0xFA, 0xCE], FileKind.Executable), ([0xFE, 0xED, 0xFA, 0xCF], FileKind.Executable),
        ([0xCE, 0xFA, 0xED, 0xFE], FileKind.Executable), ([0xCF, 0xFA, 0xED, 0xFE], FileKind.Executable), ([0xCA, 0xFE, 0xBA, 0xBE], FileKind.Executable), ([0x00, 0x61, 0x73, 0x6D], FileKind.Executable),
        ("PK\x03\x04"u8.ToArray(), FileKind.Archive), ("PK\x05\x06"u8.ToArray(), FileKind.Archive), ("Rar!\x1A\x07"u8.ToArray(), FileKind.Archive), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], FileKind.Archive),
        ([0x1F, 0x8B, 0x08], FileKind.Archive), ("BZh"u8.ToArray(), FileKind.Archive), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], FileKind.Archive), ([0x28, 0xB5, 0x2F, 0xFD], FileKind.Archive),
        ("MSCF"u8.ToArray(), FileKind.Archive), ("!<arch>\n"u8.ToArray(), FileKind.Archive), ([0x04, 0x22, 0x4D, 0x18], FileKind.Archive),
        ([0x89, (byte)'P', (byte)'N', (byte)'G'], FileKind.Media), ([0xFF, 0xD8, 0xFF], FileKind.Media), ("GIF87a"u8.ToArray(), FileKind.Media), ("GIF89a"u8.ToArray(), FileKind.Media), ("RIFF"u8.ToArray(), FileKind.Media),
        ("OggS"u8.ToArray(), FileKind.Media), ("ID3"u8.ToArray(), FileKind.Media), ([0xFF, 0xFB], FileKind.Media), ("fLaC"u8.ToArray(), FileKind.Media), ("wOFF"u8.ToArray(), FileKind.Media), ("wOF2"u8.ToArray(), FileKind.Media),
        ([0x00, 0x01, 0x00, 0x00, 0x00], FileKind.Media), ("OTTO"u8.ToArray(), FileKind.Media), ([0x00, 0x00, 0x01, 0x00], FileKind.Media), ("8BPS"u8.ToArray(), FileKind.Media), ("II*\0"u8.ToArray(), FileKind.Media), ("MM\0*"u8.ToArray(), FileKind.Media),
        ([0x1A, 0x45, 0xDF, 0xA3], FileKind.Media), ("%PDF-"u8.ToArray(), FileKind.Document), ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], FileKind.Document), ("SQLite format 3\0"u8.ToArray(), FileKind.Document), ("PAR1"u8.ToArray(), FileKind.Document),
    ];

    public static FileKind Of(ReadOnlySpan<byte> bytes)
    {
        foreach (var (beginning, kind) in s_beginnings)
        {
            if (bytes.StartsWith(beginning))
            {
                return kind;
            }
        }

        return IsPortableExecutable(bytes) ? FileKind.Executable
            : bytes.Length > 262 && bytes.Slice(257, 5).SequenceEqual("ustar"u8) ? FileKind.Archive
            : bytes.Length > 12 && bytes.Slice(4, 4).SequenceEqual("ftyp"u8) ? FileKind.Media
            : bytes.Length > 16 && bytes[2] == 0x0D && bytes[3] == 0x0A && bytes[1] is >= 0x0C and <= 0x0F ? FileKind.Bytecode
            : bytes.Length > 4 && bytes[0] == 0x80 && bytes[1] is >= 2 and <= 5 && bytes[^1] == (byte)'.' ? FileKind.Pickle
            : FileKind.Unknown;
    }

    /// <summary>Whether the first file of a ZIP archive is encrypted.</summary>
    public static bool IsLockedZip(ReadOnlySpan<byte> bytes) => bytes.Length > 8 && bytes.StartsWith("PK\x03\x04"u8) && (bytes[6] & 1) == 1;

    /// <summary>Whether an image or document carries an archive or a script behind its end.</summary>
    public static bool HidesAnother(ReadOnlySpan<byte> bytes, FileKind kind)
    {
        if (kind is not (FileKind.Media or FileKind.Document))
        {
            return false;
        }

        var tail = bytes[^Math.Min(bytes.Length, 66_000)..];
        return tail.LastIndexOf("PK\x05\x06"u8) is >= 0 and var end && tail.Length - end is >= 22 and < 66_000 && bytes.IndexOf("PK\x01\x02"u8) > 0
            || bytes.IndexOf("<?php"u8) >= 0 || bytes.IndexOf("\n#!/"u8) > 0 || (kind == FileKind.Media && bytes.IndexOf("<script"u8) >= 0);
    }

    private static bool IsPortableExecutable(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 64 || bytes[0] != (byte)'M' || bytes[1] != (byte)'Z')
        {
            return false;
        }

        var offset = BinaryPrimitives.ReadInt32LittleEndian(bytes[60..]);
        return offset < 0 || offset + 4 > bytes.Length || bytes.Slice(offset, 2).SequenceEqual("PE"u8);
    }
}
