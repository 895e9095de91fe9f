using CsCheck;

namespace WreSkills.Tests.Loading;

/// <summary>Draws from a few values.</summary>
internal static class Pick
{
    public static Gen<T> From<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
