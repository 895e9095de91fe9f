using WreSkills.Search;

namespace WreSkills.Hosting;

/// <summary>Finds skills: brings the index up to date, asks the embedding model if there is one, and answers whatever of that failed.</summary>
public sealed class SkillSearch(Workspace workspace)
{
    /// <summary>Skills whose vector a search makes itself; more are left to <c>wre reindex</c>.</summary>
    private const int MostVectorsOfASearch = 32;

    /// <summary>Finds skills, best first.</summary>
    /// <param name="query">The query; its vector is filled in here.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The answer, and what a person should know about it.</returns>
    /// <exception cref="WreException">There is no index to answer from, and none can be built.</exception>
    public async Task<(SearchAnswer Answer, IReadOnlyList<string> Warnings)> RunAsync(SearchQuery query, CancellationToken cancellationToken)
    {
        var warnings = new List<string>();
        Refresh(warnings);
        if (workspace.Configuration.Embeddings is { } settings)
        {
            using var model = new EmbeddingModel(settings, workspace.Time);
            query = query with { Vector = await VectorAsync(model, query.Text, warnings, cancellationToken).ConfigureAwait(false) };
        }

        return (Ask(index => index.Search(query), warnings), warnings);
    }

    /// <summary>The skills nearest to a text, from an index that is up to date.</summary>
    /// <param name="similar">Asks the index.</param>
    /// <returns>The skills, and what a person should know about the answer.</returns>
    public (IReadOnlyList<SimilarSkill> Skills, IReadOnlyList<string> Warnings) Similar(Func<SkillIndex, IReadOnlyList<SimilarSkill>> similar)
    {
        var warnings = new List<string>();
        Refresh(warnings);
        return (Ask(similar, warnings), warnings);
    }

    /// <summary>Makes the vectors of all skills that have none; nothing without a model.</summary>
    /// <returns>How many were made, and what went wrong; null when nothing.</returns>
    public async Task<(int Made, string? Problem)> EmbedAsync(CancellationToken cancellationToken)
    {
        if (workspace.Configuration.Embeddings is not { } settings)
        {
            return (0, null);
        }

        using var model = new EmbeddingModel(settings, workspace.Time);
        return await EmbedAsync(model, int.MaxValue, settings.BatchTimeout, cancellationToken).ConfigureAwait(false);
    }

    private T Ask<T>(Func<SkillIndex, T> ask, List<string> warnings)
    {
        var before = workspace.Index.Problem;
        var answer = ask(workspace.Index);
        if (workspace.Index.Problem == before || workspace.Index.Problem is not { } problem)
        {
            return answer;
        }

        if (workspace.Index.IsComplete)
        {
            warnings.Add(problem);
            return answer;
        }

        // The damage showed only when the search came upon it.
        return Refresh(warnings) ? ask(workspace.Index) : answer;
    }

    // The index answers as it was when it cannot be brought up to date.
    private bool Refresh(List<string> warnings)
    {
        try
        {
            warnings.AddRange(workspace.IndexRefresh.Run()?.Notes ?? []);
            return true;
        }
        catch (Exception error) when (error is WreException or IOException or UnauthorizedAccessException)
        {
            warnings.Add($"the search index could not be brought up to date: {error.Message}");
            return false;
        }
    }

    private async Task<QueryVector?> VectorAsync(EmbeddingModel model, string text, List<string> warnings, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        var (vectors, problem) = await model.AskAsync([text], model.Settings.Timeout, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
        {
            warnings.Add($"{problem}; ranked by words alone");
            return null;
        }

        var missing = workspace.Index.CountWithoutVector(model.Settings.Model);
        if (missing is > 0 and <= MostVectorsOfASearch)
        {
            (_, problem) = await EmbedAsync(model, MostVectorsOfASearch, model.Settings.BatchTimeout, cancellationToken).ConfigureAwait(false);
            missing = problem is null ? 0 : missing;
        }

        if (missing > 0)
        {
            warnings.Add($"{missing:N0} skills have no vector of {model.Settings.Model} yet and are ranked by words alone; `wre reindex` makes them");
        }

        return new QueryVector(model.Settings.Model, vectors[0]);
    }

    private async Task<(int Made, string? Problem)> EmbedAsync(EmbeddingModel model, int most, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var (made, name) = (0, model.Settings.Model);
        while (made < most && workspace.Index.WithoutVector(name, Math.Min(model.Settings.BatchSize, most - made)) is { Count: > 0 } batch)
        {
            var (vectors, problem) = await model.AskAsync([.. batch.Select(item => item.Text)], timeout, cancellationToken).ConfigureAwait(false);
            if (problem is not null)
            {
                return (made, problem);
            }

            workspace.Index.PutVectors(name, [.. batch.Zip(vectors, (item, vector) => (item.Digest, vector))]);
            made += batch.Count;
        }

        return (made, null);
    }
}
