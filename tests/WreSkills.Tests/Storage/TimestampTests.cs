using CsCheck;

using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public class TimestampTests
{
    [Theory]
    [InlineData("2025-10-20T14:23:15Z", "2025-10-20T14:23:15Z")]
    [InlineData("2025-10-20T14:23:15.1239Z", "2025-10-20T14:23:15.123Z")]
    [InlineData("2025-10-20T16:23:15+02:00", "2025-10-20T14:23:15Z")]
    [InlineData("2025-10-20T14:23:15", "2025-10-20T14:23:15Z")]
    [InlineData("2025-10-20 14:23:15", "2025-10-20T14:23:15Z")]
    [InlineData("2025-10-20", "2025-10-20T00:00:00Z")]
    [InlineData("1760970195", "2025-10-20T14:23:15Z")]
    [InlineData("1760970195.25", "2025-10-20T14:23:15.250Z")]
    [InlineData("0", "1970-01-01T00:00:00Z")]
    [InlineData("253402300799", "9999-12-31T23:59:59Z")]
    public void TryParse_of_a_moment_reads_it_as_utc(string text, string expected)
    {
        Assert.True(Timestamp.TryParse(text, out var moment));
        Assert.Equal(expected, Timestamp.ToIso(moment));
        Assert.Equal(TimeSpan.Zero, moment.Offset);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("yesterday")]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    [InlineData("1e300")]
    [InlineData("253402300800")]
    [InlineData("1969-12-31T23:59:59Z")]
    [InlineData("2025-13-01")]
    [InlineData("2025-02-30T00:00:00Z")]
    [InlineData("14:23:15")]
    [InlineData("10/20/2025")]
    [InlineData("Monday")]
    [InlineData("2025-10")]
    public void TryParse_of_anything_else_is_refused(string? text) => Assert.False(Timestamp.TryParse(text, out _));

    [Fact]
    public void ToFileName_is_compact_utc() =>
        Assert.Equal("20251020T142315Z", Timestamp.ToFileName(new DateTimeOffset(2025, 10, 20, 16, 23, 15, 900, TimeSpan.FromHours(2))));

    [Fact]
    public void ToIso_read_back_is_the_same_moment_to_the_millisecond() =>
        Gen.Long[0, 253402300799999].Sample(milliseconds =>
        {
            var moment = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
            return Timestamp.TryParse(Timestamp.ToIso(moment), out var back) && back == moment;
        });
}
