using Npgsql;
using WildCam.Storage.Captures;

namespace WildCam.Storage.Ingest;

/// <summary>A picture that is offered: what the answer depends on.</summary>
public readonly record struct OfferedCapture(int CameraId, byte[] DeviceCaptureId, uint ClockEpoch);

/// <summary>What the database knows of an offered picture.</summary>
public readonly record struct OfferedFacts(KnownCapture? Known, DateTimeOffset? EpochZeroAt);

/// <summary>What the hub looks up when pictures are offered, many at a time.</summary>
public sealed class DeliveriesTable(NpgsqlDataSource database)
{
    /// <summary>Identity and clock anchor of each offered picture, in the given order.</summary>
    public async Task<OfferedFacts[]> FindForBeginAsync(
        IReadOnlyList<OfferedCapture> offered, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select o.place, i.id, i.camera_id, i.captured_at, i.size_bytes, i.digest, i.state, e.zero_at
            from unnest($1::int[], $2::bytea[], $3::bigint[]) with ordinality
              as o (camera_id, device_capture_id, epoch, place)
            left join capture_identities i on i.device_capture_id = o.device_capture_id
            left join clock_epochs e on e.camera_id = o.camera_id and e.epoch = o.epoch
            """,
            offered.Select(o => o.CameraId).ToArray(),
            offered.Select(o => o.DeviceCaptureId).ToArray(),
            offered.Select(o => (long)o.ClockEpoch).ToArray());
        var facts = new OfferedFacts[offered.Count];
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var place = (int)reader.GetInt64(0) - 1;
            var known = reader.IsDBNull(1)
                ? null
                : new KnownCapture(
                    reader.GetGuid(1), offered[place].DeviceCaptureId, reader.GetInt32(2),
                    reader.GetFieldValue<DateTimeOffset>(3), reader.GetInt32(4), reader.GetFieldValue<byte[]>(5),
                    (CaptureState)reader.GetInt16(6));
            facts[place] = new OfferedFacts(known, reader.Get<DateTimeOffset>(7));
        }

        return facts;
    }
}
