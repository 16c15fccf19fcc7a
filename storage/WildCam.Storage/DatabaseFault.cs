using System.Net.Sockets;
using Npgsql;

namespace WildCam.Storage;

/// <summary>What an exception of a query means to its caller.</summary>
public static class DatabaseFault
{
    /// <summary>
    /// Whether the database refused or did not answer. Npgsql wraps most of it; a connection that takes too long to
    /// open, or breaks while it does, comes bare, and one that breaks while a command begins is told as an object that
    /// was disposed of.
    /// </summary>
    public static bool Is(Exception fault) =>
        fault is NpgsqlException or TimeoutException or IOException or SocketException or ObjectDisposedException;

    /// <summary>Whether transactions got in each other's way: tried again at once, the same may pass.</summary>
    public static bool IsConflict(Exception fault) => fault is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected,
    };

    /// <summary>Whether the database failed for its own reasons, so that the same may pass later.</summary>
    public static bool IsPassing(Exception fault) => fault is PostgresException postgres
        ? postgres.IsTransient
            || postgres.SqlState.StartsWith("53", StringComparison.Ordinal) // out of disk, memory, connections
            || postgres.SqlState.StartsWith("57", StringComparison.Ordinal) // shutting down, cancelled
            || postgres.SqlState.StartsWith("58", StringComparison.Ordinal) // input or output failed
            || postgres.SqlState.StartsWith("40", StringComparison.Ordinal) // serialisation, deadlock
            || postgres.SqlState is PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.InternalError
                or PostgresErrorCodes.LockNotAvailable
        : Is(fault);
}
