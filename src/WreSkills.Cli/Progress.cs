namespace WreSkills.Cli;

/// <summary>A progress line on stderr, drawn only on a terminal.</summary>
internal sealed class Progress(TextWriter error, string what)
{
    private readonly Lock _turn = new();

    public Action<int, int>? Report => Console.IsErrorRedirected ? null : Draw;

    private void Draw(int done, int all)
    {
        lock (_turn)
        {
            const int width = 30;
            var filled = done * width / Math.Max(1, all);
            error.Write($"\r{what} [{new string('=', filled)}{new string(' ', width - filled)}] {done}/{all}{(done == all ? "\n" : "")}");
            error.Flush();
        }
    }
}
