using System.Buffers.Binary;

using Microsoft.Data.Sqlite;

using SQLitePCL;

namespace WreSkills.Storage;

/// <summary>
/// A prepared statement for those loops that run it a million times: parameters are bound by position (from 1) and stay bound
/// until they are bound again. It takes part in whatever transaction is open on its connection.
/// </summary>
internal sealed class SqliteStatement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    public void Dispose() => _statement.Dispose();

    public void BindNull(int parameter) => raw.sqlite3_bind_null(_statement, parameter);

    public void Bind(int parameter, long value) => raw.sqlite3_bind_int64(_statement, parameter, value);

    public void Bind(int parameter, long? value)
    {
        if (value is { } known)
        {
            raw.sqlite3_bind_int64(_statement, parameter, known);
        }
        else
        {
            raw.sqlite3_bind_null(_statement, parameter);
        }
    }

    public void Bind(int parameter, bool? value) => Bind(parameter, value is { } flag ? flag ? 1L : 0L : null);

    public void Bind(int parameter, double? value)
    {
        if (value is { } known)
        {
            raw.sqlite3_bind_double(_statement, parameter, known);
        }
        else
        {
            raw.sqlite3_bind_null(_statement, parameter);
        }
    }

    public void Bind(int parameter, string? value)
    {
        if (value is not null)
        {
            raw.sqlite3_bind_text(_statement, parameter, value);
        }
        else
        {
            raw.sqlite3_bind_null(_statement, parameter);
        }
    }

    /// <summary>Binds bytes.</summary>
    public void Bind(int parameter, ReadOnlySpan<byte> value) => raw.sqlite3_bind_blob(_statement, parameter, value);

    /// <summary>Binds 16 bytes in network order.</summary>
    public void Bind(int parameter, UInt128 value)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        raw.sqlite3_bind_blob(_statement, parameter, bytes);
    }

    /// <summary>Runs a statement that yields no rows.</summary>
    /// <returns>Rows changed.</returns>
    /// <exception cref="SqliteException">It failed.</exception>
    public int Run()
    {
        var code = raw.sqlite3_step(_statement);
        raw.sqlite3_reset(_statement);
        Check(code);
        return raw.sqlite3_changes(_database);
    }

    /// <summary>Steps to the next row; without one the statement is ready to run again.</summary>
    /// <exception cref="SqliteException">It failed.</exception>
    public bool Read()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        raw.sqlite3_reset(_statement);
        Check(code);
        return false;
    }

    /// <summary>Makes the statement ready to run again before all rows were read.</summary>
    public void Reset() => raw.sqlite3_reset(_statement);

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public bool IsBlob(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_BLOB;

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public double Double(int column) => raw.sqlite3_column_double(_statement, column);

    public long? NullableInt64(int column) => IsNull(column) ? null : Int64(column);

    public double? NullableDouble(int column) => IsNull(column) ? null : Double(column);

    public bool? NullableBool(int column) => IsNull(column) ? null : Int64(column) != 0;

    public string? Text(int column) => IsNull(column) ? null : raw.sqlite3_column_text(_statement, column).utf8_to_string();

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(_statement, column);

    private void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE or raw.SQLITE_ROW))
        {
            SqliteException.ThrowExceptionForRC(code, _database);
        }
    }
}
