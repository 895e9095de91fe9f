using WreSkills.Benchmarks.Speed;

// One sub-command per subject; each prints the rows that bench/RESULTS.md holds.
var subjects = new Dictionary<string, (string Description, Func<string[], int> Run)>
{
    ["append"] = ("append lines durably and not, by threads and processes, and kill the writers", AppendSpeed.Run),
    ["audit"] = ("verify and append to the audit log, and change it in 10,000 ways that are all found", AuditSpeed.Run),
    ["discovery"] = ("find 10,000 skills in all layouts, whole processes of the native executable", DiscoverySpeed.Run),
    ["ingest"] = ("ingest 3.0 million lines, against a yardstick that checks nothing", IngestSpeed.Run),
    ["monitor"] = ("the monitor: an update, a fleet of 10,000 skills, the time from a record to the rollback", MonitorSpeed.Run),
    ["processes"] = ("whole processes of the native executable", ProcessSpeed.Run),
    ["queries"] = ("what monitor and gates ask, on the database that ingest leaves", QuerySpeed.Run),
    ["routing"] = ("which version serves a key: time, memory, evenness and steadiness over a million keys", RoutingSpeed.Run),
    ["search"] = ("the search index over 10,000 skills, and its quality on the labelled set", SearchSpeed.Run),
    ["simulation"] = ("false alarms and delays of the rules on a modelled skill", SimulationFigures.Run),
    ["sshsig"] = ("verify signatures, against ssh-keygen on N of them, most spoilt", SshSignatureSpeed.Run),
    ["scan"] = ("scan 12,000 files of 60 MB on one core; redact a record of 2 KB", ScanSpeed.Run),
    ["scoring"] = ("score one execution of 40 breadcrumbs against 12 patterns", ScoringSpeed.Run),
};

if (args is [var name, .. var rest] && subjects.TryGetValue(name, out var subject))
{
    if (rest is not (["child", ..] or ["fleet", ..]))
    {
        Console.WriteLine(Machine.Describe());
    }

    return subject.Run(rest);
}

Console.Error.WriteLine("usage: dotnet run -c Release --project bench/WreSkills.Benchmarks -- SUBJECT [options]");
foreach (var (key, (description, _)) in subjects)
{
    Console.Error.WriteLine($"  {key,-12} {description}");
}

return 2;
