using Npgsql;

namespace WildCam.Storage;

/// <summary>Commands with positional parameters; null becomes the database's.</summary>
static class Sql
{
    public static NpgsqlCommand Command(
        this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        Add(command.Parameters, values);
        return command;
    }

    public static NpgsqlCommand Command(
        this NpgsqlDataSource database, string sql, params ReadOnlySpan<object?> values)
    {
        var command = database.CreateCommand(sql);
        Add(command.Parameters, values);
        return command;
    }

    /// <summary>
    /// One value that is an array: text[], bytea[]. Without it an array of references would be taken for the list of
    /// values, each element a parameter of its own.
    /// </summary>
    public static NpgsqlCommand Command<T>(this NpgsqlConnection connection, string sql, T[] value)
        where T : class =>
        connection.Command(sql, [(object)value]);

    /// <inheritdoc cref="Command{T}(NpgsqlConnection, string, T[])"/>
    public static NpgsqlCommand Command<T>(this NpgsqlDataSource database, string sql, T[] value)
        where T : class =>
        database.Command(sql, [(object)value]);

    /// <summary>Many values; an array of plain objects is a list of them.</summary>
    public static NpgsqlCommand Command(this NpgsqlConnection connection, string sql, object?[] values) =>
        connection.Command(sql, values.AsSpan());

    /// <summary>One more statement for the same round trip.</summary>
    public static void Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object?> values)
    {
        var statement = new NpgsqlBatchCommand(sql);
        Add(statement.Parameters, values);
        batch.BatchCommands.Add(statement);
    }

    /// <summary>The value of a column that may be null.</summary>
    public static T? Get<T>(this NpgsqlDataReader reader, int column)
        where T : struct =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    /// <summary>The text of a column that may be null.</summary>
    public static string? Text(this NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    static void Add(NpgsqlParameterCollection parameters, ReadOnlySpan<object?> values)
    {
        foreach (var value in values)
        {
            parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        }
    }
}
