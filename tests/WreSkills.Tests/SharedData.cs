namespace WreSkills.Tests;

/// <summary>Documents that lie beside the checkout and are not part of it; without them a test skips visibly.</summary>
internal static class SharedData
{
    public static string ReadOrSkip(string relative)
    {
        var path = Path.GetFullPath(Path.Combine(RepositoryRoot.Find(), "..", "shared", relative));
        Assert.SkipUnless(File.Exists(path), $"../shared/{relative} is not beside this checkout");
        return File.ReadAllText(path);
    }
}
