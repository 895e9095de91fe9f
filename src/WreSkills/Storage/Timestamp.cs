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

    /// <summary>Reads what <see cref="ToFileName"/> writes.</summary>
    public static bool TryParseFileName(ReadOnlySpan<char> text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParseExact(text, "yyyyMMddTHHmmssZ", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);

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

    /// <summary>Reads the spelling that <see cref="ToIso"/> writes, with no or three digits of fraction, without making a text of it.</summary>
    /// <returns>False for everything else, also for other ISO 8601.</returns>
    public static bool TryParseIso(ReadOnlySpan<byte> utf8, out DateTimeOffset moment)
    {
        moment = default;
        if (utf8.Length is not (20 or 24) || utf8[^1] != 'Z' || utf8[4] != '-' || utf8[7] != '-' || utf8[10] != 'T' || utf8[13] != ':' || utf8[16] != ':' || (utf8.Length == 24 && utf8[19] != '.'))
        {
            return false;
        }

        var (year, month, day) = (Digits(utf8[..4]), Digits(utf8[5..7]), Digits(utf8[8..10]));
        var (hour, minute, second, ms) = (Digits(utf8[11..13]), Digits(utf8[14..16]), Digits(utf8[17..19]), utf8.Length == 24 ? Digits(utf8[20..23]) : 0);
        if (year < 1970 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 59 || ms < 0)
        {
            return false;
        }

        moment = new DateTimeOffset(year, month, day, hour, minute, second, ms, TimeSpan.Zero);
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> utf8)
    {
        var value = 0;
        foreach (var digit in utf8)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return -1;
            }

            value = (value * 10) + digit - '0';
        }

        return value;
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
