namespace WreSkills.Scanning;

/// <summary>Collects the findings of one file within the bounds; never loses the first of a rule.</summary>
internal sealed class FindingSink(ScanLimits limits)
{
    private readonly List<ScanFinding> _findings = [];
    private readonly Dictionary<string, int> _counts = [];
    private readonly FindingSink? _outer;
    private readonly (ScannedFile File, int At, string How) _place;
    private long _effort = limits.LeastEffort;
    private bool _spent;

    private FindingSink(FindingSink outer, ScannedFile file, int at, string how)
        : this(outer.Limits)
    {
        _outer = outer;
        _place = (file, at, how);
    }

    public ScanLimits Limits => limits;

    public IReadOnlyList<ScanFinding> Findings => _findings;

    /// <summary>Findings that were not listed.</summary>
    public int NotListed { get; private set; }

    /// <summary>Texts that were hidden in the file and are to be looked at as well.</summary>
    public List<(ScannedFile File, int At, string Text, string How)> Hidden { get; } = [];

    /// <summary>A collector for a text that was hidden in a file: its findings stand where the hidden text stood.</summary>
    public FindingSink Inside(ScannedFile file, int at, string how) => new(this, file, at, how);

    /// <summary>Allows more effort for a longer text.</summary>
    public void Allow(int characters) => _effort = Math.Max(_effort, (long)characters * limits.EffortPerCharacter);

    /// <summary>Whether another finding of a rule would be listed; counts those that would not.</summary>
    public bool Wants(ScanRule rule)
    {
        if (_outer is not null)
        {
            return _outer.Wants(rule);
        }

        if (_counts.GetValueOrDefault(rule.Id) < limits.PerRuleAndFile)
        {
            return true;
        }

        NotListed++;
        return false;
    }

    /// <summary>Adds a finding about a place.</summary>
    public void Add(ScanRule rule, ScannedFile file, int at, string found, string? note = null, ScanSeverity? severity = null)
    {
        if (_outer is not null)
        {
            var inside = $"in {_place.How}";
            _outer.Add(rule, _place.File, _place.At, found, note is null ? inside : $"{note}; {inside}", severity);
            return;
        }

        var (line, column) = file.Place(at);
        Add(new ScanFinding(rule, severity ?? rule.Severity, ScanText.Visible(file.Path, 300), line, column, found, note));
    }

    /// <summary>Adds a finding about a whole file.</summary>
    public void Add(ScanRule rule, string path, string found, string? note = null, ScanSeverity? severity = null) =>
        Add(new ScanFinding(rule, severity ?? rule.Severity, ScanText.Visible(path, 300), 0, 0, found, note));

    /// <summary>Notes a text that was hidden; those of a few characters say nothing.</summary>
    public void Decoded(ScannedFile file, int at, string text, string how)
    {
        if (text.Length >= 8)
        {
            Hidden.Add((file, at, text, how));
        }
    }

    /// <summary>Asks for the right to put characters through an expression. When there is none left the file counts as not scanned.</summary>
    public bool Spend(ScannedFile file, int characters)
    {
        if (_outer is not null)
        {
            return _outer.Spend(_place.File, characters);
        }

        _effort -= characters;
        if (_effort >= 0)
        {
            return true;
        }

        if (!_spent)
        {
            _spent = true;
            Add(StructureRules.TooHard, file.Path, "only a part was looked at");
        }

        return false;
    }

    private void Add(ScanFinding finding)
    {
        if (Wants(finding.Rule))
        {
            _counts[finding.Rule.Id] = _counts.GetValueOrDefault(finding.Rule.Id) + 1;
            _findings.Add(finding);
        }
    }
}
