using WreSkills.Storage;

namespace WreSkills.Tests.Storage;

public class BoundedCacheTests
{
    [Fact]
    public void What_was_not_asked_for_the_longest_goes_first()
    {
        var cache = new BoundedCache<int, string>(2, 100);
        cache.Put(1, "a", 1);
        cache.Put(2, "b", 1);
        Assert.True(cache.TryGet(1, out _));
        cache.Put(3, "c", 1);
        Assert.Equal((true, false, true, 2), (cache.TryGet(1, out _), cache.TryGet(2, out _), cache.TryGet(3, out _), cache.Count));
    }

    [Fact]
    public void Weight_is_bounded_and_what_is_too_heavy_is_not_kept()
    {
        var cache = new BoundedCache<int, string>(10, 10);
        cache.Put(1, "a", 6);
        cache.Put(1, "b", 4);
        cache.Put(2, "c", 6);
        Assert.Equal((2, "b"), (cache.Count, cache.TryGet(1, out var value) ? value : ""));
        cache.Put(3, "d", 5);
        Assert.Equal((true, false, true), (cache.TryGet(1, out _), cache.TryGet(2, out _), cache.TryGet(3, out _)));
        cache.Put(4, "e", 11);
        Assert.Equal((false, 2), (cache.TryGet(4, out _), cache.Count));
    }
}
