using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public sealed class FileIdentityTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Same_file_has_the_same_identity_and_nothing_has_none()
    {
        var path = _folder.Write("a", "one");
        Assert.NotNull(FileIdentity.Of(path));
        Assert.Equal(FileIdentity.Of(path), FileIdentity.Of(path));
        Assert.Equal(3, FileIdentity.Of(path)!.Value.Length);
        Assert.Null(FileIdentity.Of(path + "x"));
        Assert.NotNull(FileIdentity.Of(_folder.Path));
    }

    [Fact]
    public void Replacement_of_the_same_length_and_time_has_another_identity()
    {
        var (path, time) = (_folder.Write("a", "one"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        File.SetLastWriteTimeUtc(path, time);
        var before = FileIdentity.Of(path);
        File.SetLastWriteTimeUtc(_folder.Write("b", "two"), time);
        File.Move(_folder.At("b"), path, overwrite: true);
        Assert.NotEqual(before, FileIdentity.Of(path));
    }

    [Fact]
    public void Identity_is_settled_once_the_clock_is_well_beyond_its_times()
    {
        var before = FileIdentity.Now;
        var path = _folder.Write("a", "one");
        var identity = FileIdentity.Of(path)!.Value;
        Assert.InRange(new DateTimeOffset(identity.ChangedTicks, TimeSpan.Zero), before.AddSeconds(-2), FileIdentity.Now.AddSeconds(2));
        Assert.False(identity.IsSettled(FileIdentity.Now));
        Assert.True(identity.IsSettled(FileIdentity.Now.AddSeconds(10)));
        Assert.False(identity.IsSettled(before.AddHours(-1)));

        // Only the time of the change cannot be set back.
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddYears(40));
        Assert.False(FileIdentity.Of(path)!.Value.IsSettled(FileIdentity.Now));
    }
}
