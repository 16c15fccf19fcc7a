using System.Collections.Concurrent;
using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>
/// Codes of cameras by their ids. A code is given once and for good and no camera is deleted, so what was read once is
/// never read again; a list of findings without this join costs the database a third less.
/// </summary>
sealed class CameraCodes(NpgsqlDataSource database)
{
    readonly ConcurrentDictionary<int, string> _codes = new();

    /// <summary>The code of a camera that <see cref="LearnAsync"/> was asked to know.</summary>
    public string this[int cameraId] => _codes[cameraId];

    /// <summary>Reads what is not known yet. Takes a connection: call it with none in hand.</summary>
    public async ValueTask LearnAsync(IEnumerable<int> cameraIds, CancellationToken cancellationToken)
    {
        List<int>? unknown = null;
        foreach (var id in cameraIds)
        {
            if (!_codes.ContainsKey(id))
            {
                (unknown ??= []).Add(id);
            }
        }

        if (unknown is null)
        {
            return;
        }

        await using var command = database.Command(
            "select id, code from cameras where id = any($1)", unknown.Distinct().ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            _codes[reader.GetInt32(0)] = reader.GetString(1);
        }
    }
}
