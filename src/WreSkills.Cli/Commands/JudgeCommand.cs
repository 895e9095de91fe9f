using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Scoring;

namespace WreSkills.Cli.Commands;

/// <summary><c>wre judge</c>: how well the judge agrees with people.</summary>
internal static class JudgeCommand
{
    private static readonly Option<string> s_skill = GlobalOptions.Skill();
    private static readonly Option<string> s_labels = new("--labels") { Description = "People's answers, one JSON object a line: question, label (yes or no), and breadcrumbs or the execution_id of a kept execution.", Required = true, HelpName = "FILE" };
    private static readonly Option<bool> s_once = new("--once") { Description = "Ask every question once only; how often the judge agrees with itself is not measured then." };

    public static Command Create() => new("judge", "The model that answers what matchers cannot decide, and how well it agrees with people.")
    {
        Invocation.With(new Command("calibrate", "Measure the judge against people's labels and keep the certificate. Exit 1 when it may not decide gates.") { s_skill, s_labels, s_once }, CalibrateAsync),
        Invocation.With(new Command("show", "Show a skill's certificate. Exit 1 when there is none that speaks for the judge of wre.yaml.") { s_skill }, Show),
    };

    private static async Task<int> CalibrateAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var (workspace, skill, file) = (invocation.Workspace, invocation.Parsed.GetValue(s_skill)!, invocation.Parsed.GetValue(s_labels)!);
        using var judge = workspace.Agents.Judge(cache: false) ?? throw NoJudge();
        var labels = ReadLabels(workspace, skill, file);
        var certificate = await JudgeCalibration.RunAsync(
            new JudgeCertificate
            {
                Skill = skill,
                Judge = judge.Identity,
                Prompt = JudgePrompt.Digest,
                Labels = JudgeCertificateStore.Digest(await File.ReadAllBytesAsync(file, cancellationToken)),
                CalibratedAt = invocation.Now,
            },
            judge, labels, !invocation.Parsed.GetValue(s_once), new Progress(invocation.Error, "calibrate").Report, cancellationToken);
        if (certificate.Abstained == certificate.Labelled)
        {
            throw new WreException("The judge answered none of the questions; nothing was kept.", "`wre agents check` shows whether it answers at all");
        }

        workspace.Certificates.Save(certificate);
        return Print(invocation, certificate, judge);
    }

    private static int Show(Invocation invocation)
    {
        var skill = invocation.Parsed.GetValue(s_skill)!;
        using var judge = invocation.Workspace.Agents.Judge(cache: false) ?? throw NoJudge();
        var certificate = invocation.Workspace.Certificates.Find(skill)
            ?? throw new WreException($"No judge was measured for {skill} yet.", $"wre judge calibrate --skill {skill} --labels FILE");
        return Print(invocation, certificate, judge);
    }

    private static int Print(Invocation invocation, JudgeCertificate certificate, JudgeCascade judge)
    {
        var problem = certificate.Problem(judge.Identity, judge.Model, JudgePrompt.Digest);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Output, new JsonObject
            {
                ["skill"] = certificate.Skill,
                ["judge"] = certificate.Judge,
                ["model"] = certificate.Model,
                ["prompt"] = certificate.Prompt,
                ["labels"] = certificate.Labels,
                ["calibrated_at"] = certificate.CalibratedAt,
                ["labelled"] = certificate.Labelled,
                ["abstained"] = certificate.Abstained,
                ["kappa"] = certificate.Kappa,
                ["kappa_low"] = certificate.KappaLow,
                ["kappa_high"] = certificate.KappaHigh,
                ["true_positive_rate"] = Json(certificate.TruePositiveRate),
                ["true_negative_rate"] = Json(certificate.TrueNegativeRate),
                ["repeat_agreement"] = Json(certificate.RepeatAgreement),
                ["valid"] = problem is null,
                ["problem"] = problem,
            });
            return problem is null ? 0 : 1;
        }

        invocation.Terminal.Heading($"{certificate.Judge} on {certificate.Skill}: {(problem is null ? "may decide gates" : $"may not decide gates: {problem}")}");
        invocation.Terminal.Rows(["figure", "value", "95 % interval", ""],
        [
            ["Cohen's kappa", TextViews.Number(certificate.Kappa), certificate.KappaLow is { } low ? $"{low:0.00} to {certificate.KappaHigh:0.00}" : "–", $"{JudgeCertificate.MinimumKappa:0.00} is needed"],
            Row("true positive rate", certificate.TruePositiveRate, "of people's yes"),
            Row("true negative rate", certificate.TrueNegativeRate, "of people's no"),
            Row("agrees with itself", certificate.RepeatAgreement, "asked twice"),
            ["abstained", $"{certificate.Abstained}", "", $"of {certificate.Labelled} labels"],
        ]);
        return problem is null ? 0 : 1;
    }

    private static IReadOnlyList<string> Row(string name, MeasuredShare share, string of) =>
        [name, TextViews.Number(share.Share), share.Of == 0 ? "–" : $"{share.Low:0.00} to {share.High:0.00}", $"{share.Hits} of {share.Of} {of}"];

    private static JsonObject Json(MeasuredShare share) => new() { ["share"] = share.Share, ["low"] = share.Low, ["high"] = share.High, ["hits"] = share.Hits, ["of"] = share.Of };

    private static List<JudgeLabel> ReadLabels(Hosting.Workspace workspace, string skill, string file)
    {
        var labels = new List<JudgeLabel>();
        var problems = new List<string>();
        var waiting = new List<(string Question, string Id, bool Yes, int Line)>();
        var number = 0;
        foreach (var line in File.ReadLines(file))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            JsonElement item;
            try
            {
                using var document = JsonDocument.Parse(line);
                item = document.RootElement.Clone();
            }
            catch (JsonException error)
            {
                problems.Add($"line {number}: not valid JSON: {error.Message}");
                continue;
            }

            string? Text(string name) => item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
            if (Text("question") is not { } question || Text("label")?.ToLowerInvariant() is not ("yes" or "no"))
            {
                problems.Add($"line {number}: needs a question, and a label that is yes or no");
                continue;
            }

            var yes = Text("label")!.Equals("yes", StringComparison.OrdinalIgnoreCase);
            if (item.TryGetProperty("breadcrumbs", out var crumbs) && crumbs.ValueKind == JsonValueKind.Array)
            {
                labels.Add(new JudgeLabel(question, [.. crumbs.EnumerateArray()], yes));
            }
            else if (Text("execution_id") is { } id)
            {
                waiting.Add((question, id, yes, number));
            }
            else
            {
                problems.Add($"line {number}: needs breadcrumbs, or the execution_id of a kept execution");
            }
        }

        var kept = waiting.Count == 0 ? new Dictionary<string, JsonElement>() : workspace.Executions.Find(skill, [.. waiting.Select(label => label.Id)]);
        foreach (var (question, id, yes, line) in waiting)
        {
            if (kept.TryGetValue(id, out var record) && record.TryGetProperty("breadcrumbs", out var crumbs) && crumbs.ValueKind == JsonValueKind.Array)
            {
                labels.Add(new JudgeLabel(question, [.. crumbs.EnumerateArray()], yes));
            }
            else
            {
                problems.Add($"line {line}: no execution {id} of {skill} with breadcrumbs is kept");
            }
        }

        return problems.Count > 0 ? throw new WreException($"{file} cannot be used.", "one JSON object a line: {\"question\":…, \"label\":\"yes\", \"breadcrumbs\":[…]}", problems)
            : labels.Count == 0 ? throw new WreException($"{file} has no labels.", "one JSON object a line: {\"question\":…, \"label\":\"yes\", \"breadcrumbs\":[…]}")
            : labels;
    }

    private static WreException NoJudge() => new("wre.yaml names no judge.", "add `judge: {model: NAME}` with the name of an agent of kind chat; docs/reference/judge.md");
}
