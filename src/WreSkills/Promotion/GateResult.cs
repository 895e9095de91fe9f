using System.Globalization;

using WreSkills.Policy;

namespace WreSkills.Promotion;

/// <summary>What one gate says.</summary>
/// <param name="Name">Stable name, such as <c>pattern_fidelity</c>.</param>
/// <param name="Title">The policy's words.</param>
/// <param name="Verdict">Only <see cref="Verdict.Pass"/> lets a promotion through.</param>
/// <param name="Figure">The figure; null when there is none.</param>
/// <param name="Requirement">What is required, such as <c>≥ 0.90</c>.</param>
/// <param name="Evidence">One sentence that says where the figure comes from, or what to do to get one.</param>
public sealed record GateResult(string Name, string Title, Verdict Verdict, double? Figure, string Requirement, string Evidence)
{
    /// <summary>The figure as people read it; a dash when there is none.</summary>
    public string FigureText => Figure is { } value ? value.ToString("0.####", CultureInfo.InvariantCulture) : "–";
}
