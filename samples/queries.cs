// Asks a workspace what its skills are worth: is one ready for its next promotion, how did it do, which version does better.
//
//   dotnet run samples/queries.cs -- WORKSPACE SKILL
//
// In a program of your own, write `#:package WreSkills@0.1.0` instead of the line that begins with #:project.
#:project ../src/WreSkills/WreSkills.csproj
#:property PublishAot=false

using WreSkills;
using WreSkills.Hosting;
using WreSkills.Registry;

if (args is not [var root, var skill])
{
    Console.Error.WriteLine("usage: dotnet run samples/queries.cs -- WORKSPACE SKILL");
    return 2;
}

try
{
    using var workspace = Workspace.Open(root);
    var (from, to) = workspace.Registry.Load().Find(skill)?.Live(PromotionState.Staged) is null
        ? (PromotionState.Prototype, PromotionState.Staged)
        : (PromotionState.Staged, PromotionState.Production);

    var readiness = workspace.Queries.CheckPromotionReadiness(skill, from, to);
    Console.WriteLine($"{skill}, {from.Text()} to {to.Text()}: {(readiness.Ready ? "ready" : "not ready")}");
    foreach (var gate in readiness.Gates)
    {
        Console.WriteLine($"  {gate.Verdict,-12} {gate.Title}: {gate.FigureText} ({gate.Requirement})");
    }

    foreach (var row in workspace.Queries.GetSkillMetrics(skill, "last_30_days"))
    {
        Console.WriteLine($"{row.Version} {row.State}: {row.Executions} executions, fidelity {row.PatternFidelity:0.00}, outcome {row.OutcomeQuality:0.00}, {row.ExecutionTimeMs:0.0} ms");
    }

    var comparison = workspace.Queries.CompareSkillVersions(skill, "prototype", "staged");
    Console.WriteLine(comparison is { A: not null, B: not null }
        ? $"staged against prototype: fidelity {comparison.PatternFidelity:+0.00;-0.00;0}, outcome {comparison.OutcomeQuality:+0.00;-0.00;0}"
        : "staged against prototype: one of them has no executions");
    return readiness.Ready ? 0 : 1;
}
catch (WreException error)
{
    Console.Error.WriteLine($"error: {error.Message}\nhint: {error.Hint}");
    return 2;
}
