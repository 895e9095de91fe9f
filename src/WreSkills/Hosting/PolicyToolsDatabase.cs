using System.Globalization;
using System.Text.Json.Nodes;

using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Hosting;

/// <summary>
/// Reads databases of the policy's Python tools: the tables of policy 5.4 (<c>skills</c>, <c>execution_metrics</c>, <c>promotion_events</c>,
/// <c>rollback_events</c>), and their later ones (<c>skills_registry_v2</c>, <c>skill_outcomes</c>). Columns are taken by their names, so that a
/// table with more or fewer of them is read too.
/// </summary>
internal sealed class PolicyToolsDatabase : IDisposable
{
    private static readonly string[] s_registries = ["skills_registry_v2", "skills_registry", "skills"];
    private static readonly string[] s_executions = ["execution_metrics", "skill_outcomes"];
    private static readonly string[] s_events = ["promotion_events", "rollback_events"];
    private readonly SqliteConnection _connection;

    /// <summary>Opens a database for reading only.</summary>
    /// <exception cref="WreException">It is no database.</exception>
    public PolicyToolsDatabase(string file)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false, Mode = SqliteOpenMode.ReadOnly }.ToString());
        try
        {
            _connection.Open();
            Tables = Names();
        }
        catch (SqliteException error)
        {
            _connection.Dispose();
            throw new WreException($"{file} is no database that can be read: {error.Message}", "name the file that the Python tools wrote; nothing was taken from it", innerException: error);
        }
    }

    /// <summary>Its tables.</summary>
    public IReadOnlyList<string> Tables { get; }

    /// <summary>Tables that nothing is taken from.</summary>
    public IEnumerable<string> OtherTables => Tables.Where(table => !s_registries.Contains(table) && !s_executions.Contains(table) && !s_events.Contains(table));

    /// <summary>Rows of the tables of skills.</summary>
    public IEnumerable<(string Table, JsonObject Row)> Skills() => Rows(s_registries);

    /// <summary>Rows of the tables of executions.</summary>
    public IEnumerable<(string Table, JsonObject Row)> Executions() => Rows(s_executions);

    /// <summary>Rows of the tables of promotions and rollbacks.</summary>
    public IEnumerable<(string Table, JsonObject Row)> Events() => Rows(s_events);

    public void Dispose() => _connection.Dispose();

    /// <summary>True when a file is a database of theirs, not of ours: in ours the executions are a view.</summary>
    public static bool IsTheirs(string file)
    {
        if (!File.Exists(file))
        {
            return false;
        }

        try
        {
            using var database = new PolicyToolsDatabase(file);
            return database.Tables.Any(table => s_executions.Contains(table) || s_registries.Contains(table)) && !database.Tables.Contains("execution_facts");
        }
        catch (WreException)
        {
            return false;
        }
    }

    private List<string> Names()
    {
        using var command = _connection.Prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
        using var reader = command.ExecuteReader();
        var names = new List<string>();
        while (reader.Read())
        {
            names.Add(reader.GetString(0));
        }

        return names;
    }

    private IEnumerable<(string Table, JsonObject Row)> Rows(IReadOnlyList<string> tables)
    {
        foreach (var table in tables.Where(Tables.Contains))
        {
            // The name is one of ours above, never one from the file.
            using var command = _connection.Prepare($"SELECT * FROM {table} ORDER BY rowid");
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var row = new JsonObject();
                for (var column = 0; column < reader.FieldCount; column++)
                {
                    row[reader.GetName(column)] = Value(reader, column);
                }

                yield return (table, row);
            }
        }
    }

    private static JsonValue? Value(SqliteDataReader reader, int column) => reader.GetFieldType(column) switch
    {
        _ when reader.IsDBNull(column) => null,
        var type when type == typeof(long) => JsonValue.Create(reader.GetInt64(column)),
        var type when type == typeof(double) => double.IsFinite(reader.GetDouble(column)) ? JsonValue.Create(reader.GetDouble(column)) : null,
        _ => JsonValue.Create(Convert.ToString(reader.GetValue(column), CultureInfo.InvariantCulture)),
    };
}
