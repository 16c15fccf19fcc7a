using System.Buffers.Binary;
using System.Security.Cryptography;
using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>Spool ids: the upper half of every capture id that the camera makes from then on.</summary>
public sealed class SpoolsTable(NpgsqlDataSource database)
{
    const int DrawsMax = 4;

    /// <summary>Gives a camera a spool id that nobody has.</summary>
    public async Task<ulong> IssueAsync(int cameraId, CancellationToken cancellationToken)
    {
        for (var draw = 0; draw < DrawsMax; draw++)
        {
            var id = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
            if (id == 0)
            {
                continue;
            }

            await using var command = database.Command("""
                insert into camera_spools (spool_id, camera_id) values ($1, $2) on conflict do nothing
                """, unchecked((long)id), cameraId);
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 1)
            {
                return id;
            }
        }

        throw new InvalidOperationException($"No free spool id for camera {cameraId} in {DrawsMax} draws.");
    }

    /// <summary>The camera that a spool was issued to; null: the hub issued no such spool.</summary>
    public async Task<int?> FindCameraAsync(ulong spoolId, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select camera_id from camera_spools where spool_id = $1", unchecked((long)spoolId));
        return await command.ExecuteScalarAsync(cancellationToken) as int?;
    }
}
