using WreSkills.Policy;

namespace WreSkills.Monitoring;

/// <summary>What a trigger says about the version in production. The words are made when somebody reads them: a check that fires nothing needs none.</summary>
/// <param name="Name">Name in the policy, such as <c>pattern_fidelity</c>.</param>
/// <param name="Verdict"><see cref="Verdict.Fail"/> rolls back.</param>
/// <param name="Figure">The figure it looked at; null without data.</param>
/// <param name="Threshold">The threshold.</param>
public sealed record TriggerResult(string Name, Verdict Verdict, double? Figure, double Threshold)
{
    private readonly Func<TriggerWords> _say = () => new TriggerWords("", "", "", "");
    private TriggerWords? _words;

    internal TriggerResult(string name, Verdict verdict, double? figure, double threshold, Func<TriggerWords> say)
        : this(name, verdict, figure, threshold) => _say = say;

    /// <summary>What it does when it fires. Default: roll back.</summary>
    public TriggerAction Action { get; init; } = TriggerAction.Rollback;

    /// <summary>False while the policy's guard is asked and its evidence does not suffice; nothing is rolled back then. Default true.</summary>
    public bool IsConfirmed { get; init; } = true;

    /// <summary>The span it looked at, in words.</summary>
    public string Window => Words.Window;

    /// <summary>Machine-readable reason of a rollback, such as <c>pattern_fidelity_drop_below_85</c>.</summary>
    public string Reason => Words.Reason;

    /// <summary>The figure as the policy writes it, such as <c>fidelity=0.83</c>.</summary>
    public string Metric => Words.Metric;

    /// <summary>One sentence for a person.</summary>
    public string Sentence => Words.Sentence;

    private TriggerWords Words => _words ??= _say();
}

/// <summary>A trigger's result in words.</summary>
/// <param name="Window">The span it looked at.</param>
/// <param name="Reason">Machine-readable reason of a rollback.</param>
/// <param name="Metric">The figure as the policy writes it.</param>
/// <param name="Sentence">One sentence for a person.</param>
internal sealed record TriggerWords(string Window, string Reason, string Metric, string Sentence);
