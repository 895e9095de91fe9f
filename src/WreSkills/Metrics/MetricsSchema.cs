using Microsoft.Data.Sqlite;

using WreSkills.Storage;

namespace WreSkills.Metrics;

/// <summary>
/// The schema of <c>skills_metrics.db</c>: the policy's four tables under their exact names and columns (policy 5.4;
/// <c>execution_metrics</c> is a view over the compact table of facts), and ours.
/// </summary>
internal static class MetricsSchema
{
    /// <summary>Number of the schema, kept as the file's <c>user_version</c>.</summary>
    public const int Version = 3;

    public static readonly string Sql = $"""
        CREATE TABLE IF NOT EXISTS skills (
            skill_id TEXT PRIMARY KEY,
            skill_name TEXT NOT NULL,
            promotion_state TEXT NOT NULL,
            primary_agent TEXT NOT NULL,
            intent_type TEXT NOT NULL,
            created_at TIMESTAMP,
            last_promoted_at TIMESTAMP,
            version TEXT
        );
        CREATE TABLE IF NOT EXISTS promotion_events (
            event_id TEXT PRIMARY KEY,
            skill_id TEXT NOT NULL,
            from_state TEXT NOT NULL,
            to_state TEXT NOT NULL,
            approver TEXT,
            approval_ticket TEXT,
            timestamp TIMESTAMP NOT NULL,
            reason TEXT,
            FOREIGN KEY (skill_id) REFERENCES skills(skill_id)
        );
        CREATE TABLE IF NOT EXISTS rollback_events (
            event_id TEXT PRIMARY KEY,
            skill_id TEXT NOT NULL,
            from_state TEXT NOT NULL,
            to_state TEXT NOT NULL,
            trigger_reason TEXT NOT NULL,
            trigger_metric TEXT,
            timestamp TIMESTAMP NOT NULL,
            FOREIGN KEY (skill_id) REFERENCES skills(skill_id)
        );

        CREATE TABLE IF NOT EXISTS skill_keys (skill_key INTEGER PRIMARY KEY, skill_id TEXT NOT NULL UNIQUE);
        -- One row for every time a version entered a state; benchmark runs have rows of their own.
        CREATE TABLE IF NOT EXISTS revisions (
            revision_key INTEGER PRIMARY KEY,
            skill_key INTEGER NOT NULL,
            version TEXT NOT NULL,
            digest TEXT NOT NULL,
            state TEXT NOT NULL,
            state_serial INTEGER NOT NULL,
            benchmark INTEGER NOT NULL,
            executions INTEGER NOT NULL DEFAULT 0,
            latest BLOB, -- the latest values of each metric, derived from the facts
            corrections INTEGER NOT NULL DEFAULT 0, -- values that changed after they had arrived
            arrived INTEGER NOT NULL DEFAULT 0, -- the latest arrival that may belong to it
            UNIQUE (skill_key, version, digest, state, state_serial, benchmark)
        );
        CREATE TABLE IF NOT EXISTS execution_facts (
            skill_key INTEGER NOT NULL,
            execution NOT NULL, -- a UUID as 16 bytes, any other id as text
            revision_key INTEGER,
            ordinal INTEGER NOT NULL, -- position among the executions of its revision
            timestamp_ms INTEGER NOT NULL,
            source TEXT, agent TEXT, model TEXT,
            fidelity REAL, fidelity_seq INTEGER, followed INTEGER, missed INTEGER, missed_names TEXT, critical_missed INTEGER,
            outcome REAL, outcome_seq INTEGER, label INTEGER, false_positive INTEGER, false_negative INTEGER,
            critical INTEGER, critical_false_negative INTEGER,
            time_ms REAL, time_seq INTEGER, exception INTEGER, exception_seq INTEGER, memory_mb REAL, tokens INTEGER,
            critical_failure INTEGER,
            UNIQUE (skill_key, execution)
        );
        -- Each window is read from indexes alone. What usually comes in one line (time and exception) shares one, and an outcome is in one of two.
        CREATE INDEX IF NOT EXISTS facts_by_fidelity ON execution_facts (revision_key, fidelity_seq, fidelity) WHERE fidelity_seq IS NOT NULL;
        CREATE INDEX IF NOT EXISTS facts_by_negative ON execution_facts (revision_key, outcome_seq, outcome, false_positive, false_negative) WHERE label = 0 AND false_positive IS NOT NULL;
        CREATE INDEX IF NOT EXISTS facts_by_outcome ON execution_facts (revision_key, outcome_seq, outcome, false_negative) WHERE outcome_seq IS NOT NULL AND (label IS NOT 0 OR false_positive IS NULL);
        CREATE INDEX IF NOT EXISTS facts_by_critical ON execution_facts (revision_key, outcome_seq) WHERE critical_false_negative = 1;
        CREATE INDEX IF NOT EXISTS facts_by_performance ON execution_facts (revision_key, time_seq, time_ms, exception) WHERE time_seq = exception_seq;
        CREATE INDEX IF NOT EXISTS facts_by_time ON execution_facts (revision_key, time_seq, time_ms) WHERE time_seq IS NOT NULL AND time_seq IS NOT exception_seq;
        CREATE INDEX IF NOT EXISTS facts_by_exception ON execution_facts (revision_key, exception_seq, exception) WHERE exception_seq IS NOT NULL AND exception_seq IS NOT time_seq;
        CREATE INDEX IF NOT EXISTS facts_by_failure ON execution_facts (revision_key, ordinal) WHERE critical_failure = 1;
        CREATE INDEX IF NOT EXISTS facts_by_moment ON execution_facts (revision_key, timestamp_ms);
        -- Sums per revision and hour or day since 1970; a negative key stands for a skill's executions without revision.
        CREATE TABLE IF NOT EXISTS metric_hours (revision_key INTEGER NOT NULL, period INTEGER NOT NULL, {RollUp.ColumnsSql}, PRIMARY KEY (revision_key, period)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS metric_days (revision_key INTEGER NOT NULL, period INTEGER NOT NULL, {RollUp.ColumnsSql}, PRIMARY KEY (revision_key, period)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS revision_sources (revision_key INTEGER NOT NULL, source TEXT NOT NULL, agent TEXT NOT NULL, executions INTEGER NOT NULL, PRIMARY KEY (revision_key, source, agent)) WITHOUT ROWID;

        -- The first execution of every agent and model that ran a revision: another one is another skill.
        CREATE TABLE IF NOT EXISTS revision_runners (
            revision_key INTEGER NOT NULL, agent TEXT NOT NULL, model TEXT NOT NULL,
            ordinal INTEGER NOT NULL, fidelity_seq INTEGER NOT NULL, outcome_seq INTEGER NOT NULL, performance_seq INTEGER NOT NULL, timestamp_ms INTEGER NOT NULL,
            PRIMARY KEY (revision_key, agent, model)
        ) WITHOUT ROWID;
        -- What the monitor remembers of a version in a state, and the arrival up to which it has judged. With a rowid, because the content is longer
        -- than what an index keeps in its own pages: a search would read it from the file at every step.
        CREATE TABLE IF NOT EXISTS monitor_states (
            skill_id TEXT NOT NULL, version TEXT NOT NULL, state TEXT NOT NULL, state_serial INTEGER NOT NULL,
            position INTEGER NOT NULL, corrections INTEGER NOT NULL, policy TEXT NOT NULL, content BLOB NOT NULL,
            PRIMARY KEY (skill_id, version, state, state_serial)
        );

        CREATE VIEW IF NOT EXISTS execution_metrics AS
            SELECT {ExecutionKey.Sql("f.execution")} AS execution_id, k.skill_id AS skill_id,
                   strftime('%Y-%m-%dT%H:%M:%fZ', f.timestamp_ms / 1000.0, 'unixepoch') AS timestamp,
                   f.fidelity AS pattern_fidelity, f.outcome AS outcome_quality, CAST(round(f.time_ms) AS INTEGER) AS execution_time_ms,
                   f.followed AS patterns_followed, f.missed AS patterns_missed, f.exception AS exception
            FROM execution_facts f JOIN skill_keys k USING (skill_key);

        -- Which version was in which state since when, from the promotion log; places lines that do not say it themselves.
        CREATE TABLE IF NOT EXISTS state_intervals (
            skill_key INTEGER NOT NULL, version TEXT NOT NULL, digest TEXT NOT NULL, state TEXT NOT NULL, state_serial INTEGER NOT NULL, from_ms INTEGER NOT NULL,
            PRIMARY KEY (skill_key, version, state_serial)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS rollback_deadlines (
            operation TEXT NOT NULL, skill_id TEXT NOT NULL, action TEXT NOT NULL, due_at TIMESTAMP NOT NULL, done_at TIMESTAMP,
            PRIMARY KEY (operation, action)
        ) WITHOUT ROWID;
        -- The byte up to which a file was read, and the hash of what stood before it, so that another file under the same name is noticed.
        CREATE TABLE IF NOT EXISTS ingest_watermarks (file TEXT PRIMARY KEY, byte_offset INTEGER NOT NULL, line_number INTEGER NOT NULL, fingerprint TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS malformed_lines (
            file TEXT NOT NULL, line_number INTEGER NOT NULL, byte_offset INTEGER NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL, found_at TIMESTAMP NOT NULL,
            PRIMARY KEY (file, byte_offset, text)
        ) WITHOUT ROWID;
        -- Skills with lines that the monitor has not looked at yet, whichever command ingested them; it knows by itself which.
        CREATE TABLE IF NOT EXISTS unjudged_skills (skill_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS ingest_state (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        -- A database that is made anew numbers arrivals anew; what is kept elsewhere with such a number says of which.
        INSERT OR IGNORE INTO ingest_state (name, value) VALUES ('identity', lower(hex(randomblob(8))));
        """;

    /// <summary>Opens the database and brings its schema up, unless it is up already.</summary>
    /// <exception cref="WreException">It cannot be used, or an older version made it.</exception>
    public static SqliteConnection Open(string path)
    {
        var connection = SqliteFile.Open(path, "");
        try
        {
            using var command = connection.Prepare("PRAGMA user_version");
            var version = (long)command.ExecuteScalar()!;
            if (version == Version)
            {
                return connection;
            }

            command.CommandText = "SELECT count(*) FROM sqlite_schema WHERE name = 'execution_facts'";
            if ((long)command.ExecuteScalar()! > 0 || version > Version)
            {
                throw new WreException(
                    $"The database {path} was made by another version of wre.", "it holds nothing that the metric files do not: `wre doctor --rebuild` makes it anew");
            }

            command.CommandText = $"BEGIN IMMEDIATE; {Sql} PRAGMA user_version = {Version}; COMMIT;";
            command.ExecuteNonQuery();
            return connection;
        }
        catch (SqliteException error)
        {
            connection.Dispose();
            throw SqliteFile.Failure(path, error);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
