using System.Text;

using WreSkills.Storage;

namespace WreSkills.Tests.Hosting;

/// <summary>
/// Runs several actors so that only one of them moves at a time, from one named point of <see cref="FaultInjection"/> to the next (locks taken and
/// found held, files about to be replaced, steps of a transition); a seeded draw says who goes on. The same seed gives the same order.
/// </summary>
internal sealed class Interleaving
{
    // An actor that reaches no point for so long waits for something that another holds, such as the database.
    private static readonly TimeSpan s_blocked = TimeSpan.FromMilliseconds(200);
    private readonly object _gate = new();
    private readonly List<Actor> _actors = [];

    /// <summary>Runs the actors to their ends.</summary>
    /// <returns>What each made, and the order in which they moved.</returns>
    public static (T[] Made, string Order) Run<T>(int seed, params Func<T>[] actors) => new Interleaving().RunAll(new Random(seed), actors);

    private (T[] Made, string Order) RunAll<T>(Random random, Func<T>[] actors)
    {
        var made = new T[actors.Length];
        for (var index = 0; index < actors.Length; index++)
        {
            _actors.Add(Start(index, actors[index], made));
        }

        var order = new StringBuilder();
        lock (_gate)
        {
            while (_actors.Exists(actor => !actor.Waits))
            {
                Monitor.Wait(_gate);
            }

            while (_actors.Exists(actor => !actor.Done))
            {
                if (Choose(random) is not { } next)
                {
                    Monitor.Wait(_gate, s_blocked);
                    continue;
                }

                order.Append(next.Index);
                (next.Waits, next.MayGo) = (false, true);
                Monitor.PulseAll(_gate);
                while (next is { Waits: false, Done: false } && Monitor.Wait(_gate, s_blocked))
                {
                    // Woken by somebody; look again who.
                }
            }
        }

        _actors.ForEach(actor => actor.Thread!.Join());
        return _actors.Find(actor => actor.Error is not null) is { } failed ? throw new InvalidOperationException($"Actor {failed.Index} failed after {order}.", failed.Error) : (made, order.ToString());
    }

    // Whoever has found a lock held may ask again, but seldom while somebody else can move.
    private Actor? Choose(Random random)
    {
        var waiting = _actors.FindAll(actor => actor.Waits);
        var free = waiting.FindAll(actor => actor.Point != "lock-held");
        var chosen = free.Count > 0 && (free.Count == waiting.Count || random.Next(8) > 0) ? free : waiting;
        return chosen.Count == 0 ? null : chosen[random.Next(chosen.Count)];
    }

    private Actor Start<T>(int index, Func<T> body, T[] made)
    {
        var actor = new Actor { Index = index };
        actor.Thread = new Thread(() =>
        {
            FaultInjection.Observer = point => Pause(actor, point);
            try
            {
                Pause(actor, "start");
                made[index] = body();
            }
            catch (Exception error)
            {
                actor.Error = error;
            }

            lock (_gate)
            {
                actor.Done = true;
                Monitor.PulseAll(_gate);
            }
        })
        { IsBackground = true };
        actor.Thread.Start();
        return actor;
    }

    private void Pause(Actor actor, string point)
    {
        lock (_gate)
        {
            (actor.Waits, actor.Point) = (true, point);
            Monitor.PulseAll(_gate);
            while (!actor.MayGo)
            {
                Monitor.Wait(_gate);
            }

            (actor.MayGo, actor.Waits) = (false, false);
        }
    }

    private sealed class Actor
    {
        public required int Index { get; init; }

        public Thread? Thread { get; set; }

        public bool Waits { get; set; }

        public bool MayGo { get; set; }

        public bool Done { get; set; }

        public string Point { get; set; } = "";

        public Exception? Error { get; set; }
    }
}
