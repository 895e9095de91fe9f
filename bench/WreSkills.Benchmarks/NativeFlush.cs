using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace WreSkills.Benchmarks.Speed;

/// <summary>The bare system call, as a yardstick.</summary>
internal static partial class NativeFlush
{
    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int FlushData(SafeFileHandle descriptor);
}
