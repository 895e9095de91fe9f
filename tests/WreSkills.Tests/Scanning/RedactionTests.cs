using System.Text.Json;
using System.Text.Json.Nodes;

using WreSkills.Scanning;

namespace WreSkills.Tests.Scanning;

public sealed class RedactionTests
{
    private static readonly JsonSerializerOptions s_line = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public void A_secret_is_replaced_by_its_rule_and_nothing_else_changes()
    {
        var rule = SecretRules.All.Single(rule => rule.Name == "github-pat");
        var secret = SecretSamples.Of(rule, new Random(1));
        Assert.Equal("use [redacted: github-pat] now", Redaction.Text($"use {secret} now"));
        Assert.True(Redaction.IsMarker(Redaction.Text(secret)));
        Assert.True(Redaction.HasMarker(Redaction.Text($"use {secret} now")));
        Assert.False(Redaction.HasMarker("nothing [was] redacted"));
    }

    [Fact]
    public void Text_without_secrets_is_the_same_object()
    {
        var text = "a text about tokens, passwords and api keys without any";
        Assert.Same(text, Redaction.Text(text));
        var json = new JsonObject { ["tokens"] = 12, ["note"] = text };
        Assert.Same(json, Redaction.Json(json));
    }

    // Whatever stands around it and however it is escaped: no secret survives, the JSON stays valid, ids and numbers stay.
    [Fact]
    public void No_secret_survives_anywhere_in_a_record()
    {
        var random = new Random(11);
        foreach (var rule in SecretRules.All)
        {
            var secret = SecretSamples.Of(rule, random);
            var line = SecretSamples.InContext(rule, secret, random);
            var record = new JsonObject
            {
                ["execution_id"] = "e-1",
                ["skill"] = "spam_check",
                ["tokens"] = 1234567890123456789,
                ["confidence"] = 0.10,
                ["breadcrumbs"] = new JsonArray($"log: \"{line}\"\n\ttab", new JsonObject { ["tool"] = "shell", ["arguments"] = new JsonObject { ["command"] = line, ["deep"] = new JsonArray(line, 1, true) } }),
            };
            var core = rule.Form == SecretForm.Read ? Core(rule, line) : secret;
            var redacted = Redaction.JsonText(record.ToJsonString(s_line), s_line);
            var parsed = JsonNode.Parse(redacted)!.AsObject();
            Assert.DoesNotContain(core, AllTexts(parsed), StringComparison.Ordinal);
            Assert.Contains("[redacted: ", redacted, StringComparison.Ordinal);
            Assert.Equal("e-1", (string?)parsed["execution_id"]);
            Assert.Contains("\"tokens\":1234567890123456789", redacted, StringComparison.Ordinal);
            Assert.Contains("\"confidence\":0.1", redacted, StringComparison.Ordinal);
            Assert.Equal(redacted, Redaction.JsonText(redacted, s_line));
        }
    }

    // The word that the rule goes with stands in quotes, which a JSON string escapes, and nothing else in the record is suspicious.
    [Fact]
    public void A_secret_in_json_inside_a_text_is_taken_out()
    {
        var random = new Random(3);
        var login = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"deploy:{SecretSamples.Random(random, "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789", 24)}"));
        var record = new JsonObject { ["skill"] = "push", ["breadcrumbs"] = new JsonArray($"wrote {{\"auth\": \"{login}\"}} to the configuration") };
        foreach (var redacted in (string[])[Redaction.Json(record).ToJsonString(s_line), Redaction.JsonText(record.ToJsonString(s_line), s_line), Redaction.JsonText(record.ToJsonString(), s_line)])
        {
            Assert.DoesNotContain(login, redacted, StringComparison.Ordinal);
            Assert.Contains("[redacted: docker-auth]", redacted, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_name_of_a_member_says_that_its_value_is_a_secret()
    {
        var value = SecretSamples.Random(new Random(5), "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789", 40);
        var json = new JsonObject { ["client_secret"] = value, ["note"] = value, ["execution_id"] = value };
        var redacted = Redaction.Json(json);
        Assert.Equal("[redacted: generic-key]", (string?)redacted["client_secret"]);
        Assert.Equal(value, (string?)redacted["execution_id"]);
        Assert.Equal(value, (string?)json["client_secret"]);
    }

    [Fact]
    public void Bytes_are_redacted_like_text()
    {
        var secret = SecretSamples.Of(SecretRules.All.Single(rule => rule.Name == "slack-bot-token"), new Random(2));
        var bytes = System.Text.Encoding.UTF8.GetBytes($"{{\"decision\":\"größer {secret}\",\"n\":1}}");
        Assert.Equal("{\"decision\":\"größer [redacted: slack-bot-token]\",\"n\":1}", System.Text.Encoding.UTF8.GetString(Redaction.JsonText((ReadOnlySpan<byte>)bytes, s_line)));
    }

    private static string AllTexts(JsonNode? node) => node switch
    {
        JsonObject members => string.Join('\n', members.Select(member => AllTexts(member.Value))),
        JsonArray items => string.Join('\n', items.Select(AllTexts)),
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => "",
    };

    // The part of the line that a reader finds.
    private static string Core(SecretRule rule, string line)
    {
        var match = SecretDetector.Find(line).First(match => match.Rule == rule || match.Rule.Form == SecretForm.Read);
        return line.Substring(match.Start, match.Length);
    }
}
