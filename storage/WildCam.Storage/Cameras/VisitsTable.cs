using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Cameras;

/// <summary>What somebody did at a camera.</summary>
/// <param name="Key">The phone's own number of the visit: sent twice it counts once.</param>
/// <param name="At">When, by the phone.</param>
/// <param name="PhotoPath">Blob of the photo; null without.</param>
public sealed record NewVisit(
    Guid Key, DateTimeOffset At, bool IsBatteryChanged, bool IsCardChanged, string Note, double? Latitude,
    double? Longitude, double? AccuracyMetres, string? PhotoPath);

/// <summary>A visit as pages show it.</summary>
public sealed record Visit(
    long Id, DateTimeOffset At, string Who, bool IsBatteryChanged, bool IsCardChanged, string Note, double? Latitude,
    double? Longitude, double? AccuracyMetres, bool HasPhoto);

/// <summary>Visits of people to cameras.</summary>
public sealed class VisitsTable(NpgsqlDataSource database)
{
    public const int NoteCharsMax = 2000;

    /// <summary>Most visits that one list returns.</summary>
    public const int ListMax = 100;

    /// <summary>A phone's clock ahead of the hub's by less than this is taken for the hub's.</summary>
    static readonly TimeSpan AheadMax = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Logs a visit with its audit row. False: it is there already, from the same phone's earlier try.
    /// </summary>
    public async Task<bool> AddAsync(
        Camera camera, int accountId, NewVisit visit, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var command = connection.Command("""
            insert into camera_visits (camera_id, project_id, account_id, visit_key, visited_at, battery_changed,
              card_changed, note, latitude, longitude, accuracy_metres, photo_path)
            values ($1, $2, $3, $4, least($5, now()), $6, $7, $8, $9::double precision, $10::double precision,
              $11::double precision, $12::text)
            on conflict (visit_key) do nothing
            """, camera.Id, camera.ProjectId, accountId, visit.Key, visit.At.ToUniversalTime(), visit.IsBatteryChanged,
            visit.IsCardChanged, visit.Note, visit.Latitude, visit.Longitude, visit.AccuracyMetres, visit.PhotoPath))
        {
            if (await command.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }

        await AuditTable.AddAsync(
            connection,
            new AuditEntry(actor, "camera.visit", camera.Code)
            {
                ProjectId = camera.ProjectId,
                CameraId = camera.Id,
                After = new
                {
                    visit.At, batteryChanged = visit.IsBatteryChanged, cardChanged = visit.IsCardChanged, visit.Note,
                },
            },
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>A camera's visits, newest first.</summary>
    public async Task<IReadOnlyList<Visit>> ListAsync(
        int cameraId, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, ListMax);
        await using var command = database.Command("""
            select v.id, v.visited_at, a.name, v.battery_changed, v.card_changed, v.note, v.latitude, v.longitude,
              v.accuracy_metres::double precision, v.photo_path is not null
            from camera_visits v join accounts a on a.id = v.account_id
            where v.camera_id = $1 order by v.visited_at desc, v.id desc limit $2
            """, cameraId, count);
        var visits = new List<Visit>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            visits.Add(new Visit(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetBoolean(3),
                reader.GetBoolean(4), reader.GetString(5), reader.Get<double>(6), reader.Get<double>(7),
                reader.Get<double>(8), reader.GetBoolean(9)));
        }

        return visits;
    }

    /// <summary>The photo of a camera's visit; null: there is none.</summary>
    public async Task<string?> FindPhotoAsync(int cameraId, long id, CancellationToken cancellationToken)
    {
        await using var command = database.Command(
            "select photo_path from camera_visits where camera_id = $1 and id = $2", cameraId, id);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>Whether a phone's clock is too far ahead to be believed.</summary>
    public static bool IsAhead(DateTimeOffset at, DateTimeOffset now) => at > now + AheadMax;
}
