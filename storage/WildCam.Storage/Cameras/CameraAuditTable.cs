using Npgsql;

namespace WildCam.Storage.Cameras;

/// <summary>What cameras, and those that claim to be one, tried and might not.</summary>
public sealed class CameraAuditTable(NpgsqlDataSource database)
{
    public async Task InsertAsync(
        string action, string subject, Camera? camera, string detail, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into audit_entries (camera_id, project_id, action, subject, detail)
            values ($1::int, $2::int, $3, $4, jsonb_build_object('what', $5::text))
            """, camera?.Id, camera?.ProjectId, action, subject, detail);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
