using System.Text.Json;

using WreSkills.Skills;

namespace WreSkills.Tests.Skills;

public class JsonSchemaTests
{
    [Theory]
    [InlineData("true", "1", true)]
    [InlineData("false", "1", false)]
    [InlineData("""{"type":"integer"}""", "1.0", true)]
    [InlineData("""{"type":"integer"}""", "1.5", false)]
    [InlineData("""{"type":["string","null"]}""", "null", true)]
    [InlineData("""{"enum":[1,"a",null]}""", "\"a\"", true)]
    [InlineData("""{"enum":[1,"a",null]}""", "2", false)]
    [InlineData("""{"const":{"a":[1,2]}}""", """{"a":[1,2]}""", true)]
    [InlineData("""{"required":["a"]}""", """{"b":1}""", false)]
    [InlineData("""{"required":["a"]}""", "3", true)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":false}""", """{"a":"x"}""", true)]
    [InlineData("""{"properties":{"a":{"type":"string"}},"additionalProperties":false}""", """{"a":"x","b":1}""", false)]
    [InlineData("""{"additionalProperties":{"type":"number"}}""", """{"b":"1"}""", false)]
    [InlineData("""{"minProperties":1,"maxProperties":1}""", """{"b":1}""", true)]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"number"}}""", """["a",1,2]""", true)]
    [InlineData("""{"prefixItems":[{"type":"string"}],"items":{"type":"number"}}""", """["a",1,"b"]""", false)]
    [InlineData("""{"uniqueItems":true}""", """[1,2,1.0]""", false)]
    [InlineData("""{"contains":{"const":3}}""", """[1,3]""", true)]
    [InlineData("""{"contains":{"const":3}}""", "[]", false)]
    [InlineData("""{"minItems":1,"maxItems":2}""", "[1,2,3]", false)]
    [InlineData("""{"minLength":2,"maxLength":2}""", "\"\\ud83d\\ude00x\"", true)]
    [InlineData("""{"pattern":"^a+$"}""", "\"aab\"", false)]
    [InlineData("""{"minimum":1,"exclusiveMaximum":2}""", "2", false)]
    [InlineData("""{"maximum":2,"exclusiveMinimum":1}""", "2", true)]
    [InlineData("""{"multipleOf":0.1}""", "0.3", true)]
    [InlineData("""{"multipleOf":0.1}""", "0.35", false)]
    [InlineData("""{"anyOf":[{"type":"string"},{"minimum":5}]}""", "7", true)]
    [InlineData("""{"oneOf":[{"minimum":1},{"minimum":5}]}""", "7", false)]
    [InlineData("""{"allOf":[{"minimum":1},{"maximum":5}]}""", "3", true)]
    [InlineData("""{"not":{"type":"string"}}""", "\"a\"", false)]
    [InlineData("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"number"}}}""", "\"a\"", false)]
    [InlineData("""{"properties":{"next":{"$ref":"#"}},"required":["v"]}""", """{"v":1,"next":{"v":2}}""", true)]
    [InlineData("""{"properties":{"next":{"$ref":"#"}},"required":["v"]}""", """{"v":1,"next":{}}""", false)]
    public void A_value_is_accepted_or_not(string schema, string value, bool accepted)
    {
        Assert.True(JsonSchema.TryCreate(Json(schema), out var read, out var problem), problem);
        Assert.Equal(accepted, read!.Accepts(Json(value)));
    }

    [Theory]
    [InlineData("[]", "#: a schema is an object")]
    [InlineData("""{"patternProperties":{}}""", "#/patternProperties: the keyword is not supported")]
    [InlineData("""{"properties":{"a":{"type":"text"}}}""", "#/properties/a/type: must be one of")]
    [InlineData("""{"$ref":"https://example.org/x"}""", "#/$ref: only references inside")]
    [InlineData("""{"pattern":"(?=x)"}""", "#/pattern: not a usable regular expression")]
    [InlineData("""{"minLength":-1}""", "#/minLength: must be a whole number")]
    [InlineData("""{"items":[{"type":"a"}]}""", "#/items: a schema is an object")]
    [InlineData("""{"anyOf":[]}""", "#/anyOf: must be a list of schemas")]
    [InlineData("""{"multipleOf":0}""", "#/multipleOf: must be a number above 0")]
    public void What_would_not_be_checked_is_refused(string schema, string message)
    {
        Assert.False(JsonSchema.TryCreate(Json(schema), out var read, out var problem));
        Assert.Null(read);
        Assert.StartsWith(message, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}""")]
    [InlineData("""{"not":{"$ref":"#"}}""")]
    public void A_schema_that_leads_nowhere_ends(string schema)
    {
        Assert.True(JsonSchema.TryCreate(Json(schema), out var read, out _));
        _ = read!.Accepts(Json("1"));
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
