namespace WreSkills.Storage;

/// <summary>Values that are dear to make, by key; the one that was not asked for the longest goes first when there are too many or they weigh too much.</summary>
/// <typeparam name="TKey">What finds a value.</typeparam>
/// <typeparam name="TValue">A value that nobody changes.</typeparam>
/// <param name="most">Most values.</param>
/// <param name="mostWeight">Most weight of all values together; a value that is heavier alone is not kept.</param>
public sealed class BoundedCache<TKey, TValue>(int most, long mostWeight)
    where TKey : notnull
{
    private readonly Lock _turn = new();
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value, long Weight)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value, long Weight)> _order = [];
    private long _weight;

    /// <summary>How many values it holds.</summary>
    public int Count
    {
        get
        {
            lock (_turn)
            {
                return _nodes.Count;
            }
        }
    }

    /// <summary>Finds a value.</summary>
    public bool TryGet(TKey key, out TValue value)
    {
        lock (_turn)
        {
            if (!_nodes.TryGetValue(key, out var node))
            {
                value = default!;
                return false;
            }

            _order.Remove(node);
            _order.AddFirst(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>Puts a value in, in place of an earlier one of the same key.</summary>
    public void Put(TKey key, TValue value, long weight)
    {
        lock (_turn)
        {
            Remove(key);
            if (weight > mostWeight || most < 1)
            {
                return;
            }

            _nodes[key] = _order.AddFirst((key, value, weight));
            _weight += weight;
            while (_nodes.Count > most || _weight > mostWeight)
            {
                Remove(_order.Last!.Value.Key);
            }
        }
    }

    private void Remove(TKey key)
    {
        if (_nodes.Remove(key, out var node))
        {
            _order.Remove(node);
            _weight -= node.Value.Weight;
        }
    }
}
