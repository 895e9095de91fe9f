// A small agent runtime around the library: load the version that serves a key, do the work, record what happened. A version that
// gets worse is rolled back by the very call that records the execution, and the next load gets another one.
//
//   dotnet run samples/agent_loop.cs -- WORKSPACE SKILL [KEY…]
//
// In a program of your own, write `#:package WreSkills@0.1.0` instead of the line that begins with #:project.
#:project ../src/WreSkills/WreSkills.csproj
#:property PublishAot=false

using System.Text.Json.Nodes;

using WreSkills;
using WreSkills.Executions;
using WreSkills.Hosting;

if (args is not [var root, var skill, .. var keys])
{
    Console.Error.WriteLine("usage: dotnet run samples/agent_loop.cs -- WORKSPACE SKILL [KEY…]");
    return 2;
}

try
{
    using var workspace = Workspace.Open(root);
    foreach (var key in keys.Length > 0 ? keys : ["stream-1", "stream-2"])
    {
        // No version for this key is an answer: the agent works without the skill, a fair control arm.
        if (workspace.Loader.Load(skill, key) is not { } loaded)
        {
            Console.WriteLine($"{key}: no version serves it");
            continue;
        }

        // Here your agent would follow loaded.Text; this one only says that it looked.
        var json = new JsonObject
        {
            ["skill"] = skill,
            ["digest"] = loaded.Digest,
            ["state_serial"] = loaded.StateSerial,
            ["agent"] = "sample",
            ["key"] = key,
            ["breadcrumbs"] = new JsonArray(new JsonObject { ["step"] = "read", ["bytes"] = loaded.Text.Length }),
            ["outcome_quality"] = 1,
            ["execution_time_ms"] = 12,
        };
        var record = ExecutionRecordReader.Read(json.ToJsonString(), "the sample", fallbackSkill: null, () => Guid.CreateVersion7().ToString());
        var outcome = workspace.Recorder.Record([record]);
        var rollback = outcome.Skills.Values.Select(watched => watched.Rollback).FirstOrDefault(done => done is not null);
        Console.WriteLine($"{key}: {loaded.Version ?? "draft"} ({loaded.Arm}); recorded{(rollback is null ? "" : ", and rolled back")}");
    }

    return 0;
}
catch (WreException error)
{
    Console.Error.WriteLine($"error: {error.Message}\nhint: {error.Hint}");
    return 2;
}
