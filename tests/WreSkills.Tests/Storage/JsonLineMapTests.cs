using System.Text;
using System.Text.Json;

using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public class JsonLineMapTests
{
    private static JsonLineMap Read(string json) => JsonLineMap.Read(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Line_of_a_value_is_where_it_starts()
    {
        var map = Read("{\n \"a\": {\n  \"b\": [1,\n   2]\n },\n \"c\":\n  3\n}");
        Assert.Equal(1, map.Line(""));
        Assert.Equal(2, map.Line("/a"));
        Assert.Equal(3, map.Line("/a/b"));
        Assert.Equal(3, map.Line("/a/b/0"));
        Assert.Equal(4, map.Line("/a/b/1"));
        Assert.Equal(7, map.Line("/c"));
    }

    [Fact]
    public void Line_of_a_missing_value_is_its_nearest_ancestors()
    {
        var map = Read("{\n \"a\": {\n  \"b\": 1\n }\n}");
        Assert.Equal(2, map.Line("/a/missing/deeper"));
        Assert.Equal(1, map.Line("/missing"));
        Assert.Equal(1, map.Line("nonsense"));
    }

    [Fact]
    public void Duplicates_are_the_repeated_keys_of_one_object()
    {
        var map = Read("{\"a\": 1,\n\"b\": {\"a\": 1},\n\"a\": 2}");
        Assert.Equal([("/a", 3)], map.Duplicates);
    }

    [Fact]
    public void Key_with_a_slash_is_not_a_path() => Assert.Empty(Read("{\"a\": {\"b\": 1}, \"a/b\": 2}").Duplicates);

    [Fact]
    public void Rubbish_is_refused_with_its_line()
    {
        var error = Assert.ThrowsAny<JsonException>(() => Read("{\n\"a\": 1,\n oops }"));
        Assert.Equal(2, error.LineNumber);
    }

    [Theory]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("{\"a\": \"\\udc00\"}")]
    [InlineData("[\"\\ud83d\"]")]
    public void Half_a_character_is_refused_as_bad_json(string json) => Assert.ThrowsAny<JsonException>(() => Read(json));

    [Fact]
    public void Whole_characters_in_escapes_are_fine() => Assert.Equal(1, Read("{\"\\ud83d\\ude00\": \"\\ud83d\\ude00\"}").Line("/😀"));

    [Fact]
    public void Nesting_beyond_the_bound_is_refused() => Assert.ThrowsAny<JsonException>(() => Read(new string('[', 70) + new string(']', 70)));

    [Fact]
    public void Long_key_over_many_values_takes_bounded_memory()
    {
        // Paths as texts would take 200 kB for each of the 20,000 values: 4 GB.
        var json = $"{{\"{new string('k', 100_000)}\": [{string.Join(',', Enumerable.Repeat("0", 20_000))}]}}";
        var before = GC.GetAllocatedBytesForCurrentThread();
        Read(json);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
    }
}
