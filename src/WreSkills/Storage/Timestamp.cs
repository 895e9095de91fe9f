using System.Globalization;

namespace WreSkills.Storage;

/// <summary>The two spellings of a moment: ISO 8601 in documents, a compact one in file names. Always UTC.</summary>
public static class Timestamp
{
    /// <summary>For documents: <c>2025-10-20T14:23:15.123Z</c>, without the fraction when it is zero.</summary>
    public static string ToIso(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        return utc.ToString(utc.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ssZ" : "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
    }

    /// <summary>For file names: <c>20251020T142315Z</c>.</summary>
    public static string ToFileName(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyyMMddTHHmmssZ", CultureInfo.InvariantCulture);

    /// <summary>Reads ISO 8601 (no offset means UTC) or Unix seconds with an optional fraction.</summary>
    /// <returns>False when the text is neither, or lies outside the years 1970 to 9999.</returns>
    public static bool TryParse(string? text, out DateTimeOffset moment)
    {
        moment = default;
        if (string.IsNullOrWhiteSpace(text))
        {
            return false;
        }

        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            return TryFromUnixSeconds(seconds, out moment);
        }

        // The parser also takes a bare time for one of today, and days and months in American order.
        return StartsWithDate(text.AsSpan().TrimStart())
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment)
            && moment >= DateTimeOffset.UnixEpoch;
    }

    private static bool StartsWithDate(ReadOnlySpan<char> text) =>
        text.Length >= 10 && text[4] == '-' && text[7] == '-' && text[..4].IndexOfAnyExceptInRange('0', '9') < 0;

    /// <summary>Reads Unix seconds with a fraction.</summary>
    public static bool TryFromUnixSeconds(double seconds, out DateTimeOffset moment)
    {
        const double lastSecondOf9999 = 253402300799;
        if (seconds is >= 0 and <= lastSecondOf9999)
        {
            moment = DateTimeOffset.UnixEpoch.AddTicks((long)Math.Round(seconds * 1000) * TimeSpan.TicksPerMillisecond);
            return true;
        }

        moment = default;
        return false;
    }
}
