namespace WreSkills.Tests;

/// <summary>Tests that measure the whole process, such as its memory, and so run while no other test does.</summary>
[CollectionDefinition(nameof(WholeProcess), DisableParallelization = true)]
public sealed class WholeProcess;
