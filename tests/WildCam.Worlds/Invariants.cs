using System.Globalization;
using System.Security.Cryptography;
using WildCam.Hub.Hosting;
using WildCam.Storage;
using WildCam.Storage.Blobs;
using WildCam.Storage.Thumbnails;
using WildCam.Wire;

namespace WildCam.Worlds;

/// <summary>A picture as its camera knows it.</summary>
/// <param name="DeviceCaptureId">Hex of the camera's id of it.</param>
/// <param name="Sha256">Lower-case hex of the JPEG file.</param>
/// <param name="Outcome">
/// Of the receipt, see <see cref="ReceiptOutcomes"/>; null where none came: the camera must have it still.
/// </param>
/// <param name="Code">Of the receipt, see <see cref="ReceiptCodes"/>.</param>
sealed record TakenPicture(string Camera, string DeviceCaptureId, string Sha256, byte? Outcome, ushort Code = 0)
{
    public TakenPicture(ScriptedCamera camera, ScriptedPicture picture, Receipt? receipt)
        : this(
            camera.Code, Convert.ToHexStringLower(picture.DeviceCaptureId),
            Convert.ToHexStringLower(SHA256.HashData(picture.Bytes)), receipt?.Outcome, receipt?.Code ?? 0)
    {
    }
}

/// <summary>A capture as the database has it.</summary>
sealed record StoredCapture(
    Guid Id, string DeviceId, string Sha256, string BlobPath, int Integrity, int Width, int Thumbnails, int Stages,
    string Camera, string? Site)
{
    public IReadOnlyList<string> ThumbnailPaths { get; init; } = [];
}

/// <summary>
/// What must hold after every accident, once the world has settled: what is receipted is stored exactly once with its
/// bytes, what is not is in its camera still, nothing is stored twice or half, every refusal left its trace, no stage
/// is open, no sum is off, and no file lies about that nobody knows.
/// </summary>
sealed class Invariants(WorldDatabase database, Func<TimeProvider, IBlobStore> openBlobs)
{
    /// <summary>The daily sums by one plain GROUP BY over everything.</summary>
    public const string Recount = """
        select d.camera_id, d.local_date, d.category, coalesce(d.taxon_id, 0), max(d.project_id), sum(d.count)::int,
          avg(d.confidence::numeric) filter (where d.source = 1)::real
        from wildlife_detections d join projects p on p.id = d.project_id
        where d.is_current and (d.source <> 1 or d.confidence is null or d.confidence >= p.summary_confidence_min)
        group by d.camera_id, d.local_date, d.category, coalesce(d.taxon_id, 0)
        """;

    /// <summary>The sightings of each species and day, packed in one plain GROUP BY over everything.</summary>
    public const string Sightings = """
        select f.project_id, f.taxon_id, f.local_at::date, string_agg(
          int4send((extract(epoch from f.started_at at time zone 'UTC' - date_trunc('day', f.local_at)) * 1000)::int)
            || int2send(floor(extract(epoch from f.local_at - date_trunc('day', f.local_at)) / 60)::int2)
            || int4send(coalesce(f.site_id, -f.camera_id))
            || float4send(case when f.source = 1 then f.confidence else 'infinity' end) || int4send(f.count), ''
          order by f.started_at, f.event_id)
        from (
          select f.*, f.started_at at time zone coalesce(s.time_zone, p.time_zone) as local_at
          from event_findings f join projects p on p.id = f.project_id left join sites s on s.id = f.site_id) f
        where f.category = 1 and f.taxon_id <> 0 and (f.source <> 1 or f.confidence is not null)
        group by f.project_id, f.taxon_id, f.local_at::date
        """;

    /// <summary>The daily sums as they are kept.</summary>
    public const string Summary = """
        select camera_id, detection_date, category, taxon_id, project_id, detection_count, avg_confidence
        from daily_detection_summary
        """;

    const int Undecodable = 3;

    readonly IBlobStore _blobs = openBlobs(TimeProvider.System);

    public Invariants(WorldDatabase database, string blobFolder)
        : this(database, time => new FolderBlobStore(blobFolder, time))
    {
    }

    /// <summary>Jobs may be dead although their picture can be decoded: a detector was broken on purpose.</summary>
    public bool MayJobsBeDead { get; init; }

    /// <summary>Whether hubs carried out the jobs; else nothing is asked of what jobs make.</summary>
    public bool IsWorked { get; init; } = true;

    /// <summary>Checks everything. The world has settled, and no hub writes any more.</summary>
    /// <param name="taken">All pictures that were ever taken.</param>
    /// <param name="spooled">Ids of the pictures that the cameras still have, in hex; none where null.</param>
    /// <exception cref="WorldException">Something was lost, doubled or left half done; says what.</exception>
    public async Task CheckAsync(IReadOnlyList<TakenPicture> taken, IReadOnlySet<string>? spooled = null)
    {
        Must.Equal(
            taken.Count, taken.Select(t => (t.DeviceCaptureId, t.Sha256)).Distinct().Count(),
            "different pictures of the cameras' own account");
        var stored = await CheckPicturesAsync(taken, spooled ?? new HashSet<string>());
        await CheckRefusalsAsync(taken);
        if (IsWorked)
        {
            await CheckJobsAsync();
            await CheckEventsAsync();
            await CheckSumsAsync(database);
        }

        var settled = await new UnnamedBlobs(database, openBlobs).SettleAsync(
            taken.Where(t => t.Outcome == ReceiptOutcomes.Conflict).Select(t => t.Sha256).ToHashSet());
        Must.Hold(
            settled <= taken.Count(t => t.Outcome is null),
            $"{settled} blobs had no row, more than pictures without a receipt.");
        foreach (var capture in stored)
        {
            Must.Equal(capture.Sha256, await HashAsync(capture.BlobPath), $"the blob {capture.BlobPath} at the end");
        }
    }

    /// <summary>
    /// The daily sums and the days of sightings equal a recount of everything, and no day waits to be counted.
    /// </summary>
    public static async Task CheckSumsAsync(WorldDatabase database)
    {
        Must.Equal(0L, await database.ReadAsync<long>("select count(*) from summary_dirty"), "days to sum up");
        Must.Equal(0L, await database.ReadAsync<long>($"""
            select count(*) from (
              ({Recount} except all {Summary}) union all ({Summary} except all {Recount})) x
            """), "daily sums that differ from a recount");
        Must.Equal(0L, await database.ReadAsync<long>("select count(*) from sighting_dirty"), "days to pack");
        const string kept = "select project_id, taxon_id, local_date, sightings from sighting_days";
        Must.Equal(0L, await database.ReadAsync<long>($"""
            select count(*) from (
              ({Sightings} except all {kept}) union all ({kept} except all {Sightings})) x
            """), "days of sightings that differ from a recount");
    }

    public static async Task<IReadOnlyList<StoredCapture>> ReadCapturesAsync(WorldDatabase database)
    {
        var captures = new List<StoredCapture>();
        await using var command = database.Source.CreateCommand("""
            select c.id, encode(c.device_capture_id, 'hex'), encode(c.sha256, 'hex'), c.blob_path, c.integrity,
              coalesce(c.width, 0), c.thumbnail_widths, c.stages_missing, k.code, s.slug, c.thumbnail_version
            from captures c join cameras k on k.id = c.camera_id left join sites s on s.id = c.site_id
            """);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            var widths = reader.GetFieldValue<short[]>(6);
            var (path, version) = (reader.GetString(3), reader.GetInt16(10));
            captures.Add(new StoredCapture(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), path, reader.GetInt16(4),
                reader.GetInt32(5), widths.Length, reader.GetInt32(7), reader.GetString(8),
                reader.IsDBNull(9) ? null : reader.GetString(9))
            {
                ThumbnailPaths = [.. widths.Select(w => DerivedPaths.Thumbnail(path, version, w))],
            });
        }

        return captures;
    }

    async Task<IReadOnlyList<StoredCapture>> CheckPicturesAsync(
        IReadOnlyList<TakenPicture> taken, IReadOnlySet<string> spooled)
    {
        var stored = await ReadCapturesAsync(database);
        Must.Equal(
            stored.Count, await database.ReadAsync<long>("select count(*) from capture_identities where state = 1"),
            "identities of captures");
        var twice = stored.GroupBy(c => c.DeviceId, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        Must.Hold(twice is null, $"{twice?.Key} is stored more than once.");
        var byDeviceId = stored.ToDictionary(c => c.DeviceId, StringComparer.Ordinal);
        foreach (var picture in taken)
        {
            var isStored = byDeviceId.TryGetValue(picture.DeviceCaptureId, out var row);
            switch (picture.Outcome)
            {
                case ReceiptOutcomes.Stored or ReceiptOutcomes.Duplicate:
                    Must.Hold(
                        isStored,
                        $"{picture.Camera} has a receipt for {picture.DeviceCaptureId}, and the database has it not.");
                    await CheckCaptureAsync(picture, row!);
                    Must.Hold(
                        !spooled.Contains(picture.DeviceCaptureId),
                        $"{picture.Camera} keeps {picture.DeviceCaptureId}, which is receipted.");
                    break;
                case null:
                    Must.Hold(
                        spooled.Contains(picture.DeviceCaptureId),
                        $"{picture.DeviceCaptureId} has no receipt, and {picture.Camera} has it no more.");
                    if (isStored)
                    {
                        await CheckCaptureAsync(picture, row!);
                    }

                    break;
                case ReceiptOutcomes.Conflict:
                    Must.Hold(
                        row is not null && row.Sha256 != picture.Sha256,
                        $"{picture.DeviceCaptureId} conflicts with nothing but itself.");
                    break;
                default:
                    Must.Hold(!isStored, $"{picture.DeviceCaptureId} was refused, and is stored all the same.");
                    break;
            }
        }

        var strange = byDeviceId.Keys.Except(taken.Select(t => t.DeviceCaptureId), StringComparer.Ordinal).ToList();
        Must.Hold(strange.Count == 0, $"Stored, and no camera took it: {string.Join(", ", strange)}");
        return stored;
    }

    async Task CheckCaptureAsync(TakenPicture picture, StoredCapture row)
    {
        Must.Equal((picture.Camera, picture.Sha256), (row.Camera, row.Sha256), $"the capture {row.Id}");
        Must.Equal(picture.Sha256, await HashAsync(row.BlobPath), $"the blob {row.BlobPath}");
        if (!IsWorked)
        {
            return;
        }

        var dead = MayJobsBeDead ? await ReadDeadStagesAsync(row.Id) : 0;
        Must.Equal(0, row.Stages & ~dead, $"stages missing of {row.Id}");
        Must.Hold(row.Integrity != 0, $"Nobody looked at {row.Id}.");
        Must.Hold(
            row.Integrity == Undecodable || row.Thumbnails > 0, $"{row.Id} can be decoded and has no thumbnails.");
        foreach (var path in row.ThumbnailPaths)
        {
            Must.Hold(await HashAsync(path) is not null, $"The thumbnail {path} is gone.");
        }
    }

    async Task<int> ReadDeadStagesAsync(Guid capture)
    {
        var kinds = await database.ReadAsync<string[]>(
            "select coalesce(array_agg(kind), '{}') from jobs where state = 3 and subject = $1", capture.ToString());
        return (int)kinds.Aggregate(CaptureStages.None, (stages, kind) => stages | kind switch
        {
            JobKinds.Thumbnail => CaptureStages.Thumbnail,
            JobKinds.Exif => CaptureStages.Exif,
            JobKinds.Detection => CaptureStages.Detection,
            _ => CaptureStages.Event,
        });
    }

    // A refusal ends a picture's way: a camera knows the code, a person finds the bytes or a line about it.
    async Task CheckRefusalsAsync(IReadOnlyList<TakenPicture> taken)
    {
        var refused = taken.Where(t =>
            t.Outcome is ReceiptOutcomes.Quarantined or ReceiptOutcomes.Conflict or ReceiptOutcomes.Never).ToList();
        foreach (var picture in refused)
        {
            Must.Hold(picture.Code != ReceiptCodes.None, $"{picture.DeviceCaptureId} was refused without a code.");
            var entries = picture.Outcome != ReceiptOutcomes.Quarantined ? 1 : await database.ReadAsync<long>(
                "select count(*) from quarantine_entries where encode(device_capture_id, 'hex') = $1 and code = $2",
                picture.DeviceCaptureId, (short)picture.Code);
            Must.Hold(
                entries == 1, $"{picture.DeviceCaptureId} of {picture.Camera} is not in quarantine as {picture.Code}.");
        }

        foreach (var alike in refused.Where(t => t.Outcome != ReceiptOutcomes.Quarantined)
            .GroupBy(t => (t.Camera, t.Outcome)))
        {
            await CheckTracesAsync(
                alike.Key.Camera, alike.Key.Outcome == ReceiptOutcomes.Never ? "picture.never" : "picture.conflict",
                [.. alike]);
        }

        await using var command = database.Source.CreateCommand(
            "select blob_path, encode(sha256, 'hex'), resolved_at is null, encode(device_capture_id, 'hex') "
            + "from quarantine_entries");
        await using var reader = await command.ExecuteReaderAsync();
        var quarantined = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync())
        {
            Must.Hold(quarantined.Add(reader.GetString(3)), $"{reader.GetString(3)} is in quarantine twice.");
            Must.Hold(
                !reader.GetBoolean(2) || await HashAsync(reader.GetString(0)) == reader.GetString(1),
                $"The quarantined {reader.GetString(0)} does not have its bytes.");
        }

        Must.Equal(
            refused.Count(t => t.Outcome == ReceiptOutcomes.Quarantined), quarantined.Count, "entries in quarantine");
    }

    // One trace a picture, by its id; of very many at once as many as the hub writes down in a minute.
    async Task CheckTracesAsync(string camera, string action, IReadOnlyList<TakenPicture> refused)
    {
        var traces = await database.ReadAsync<string[]>("""
            select coalesce(array_agg(detail ->> 'what'), '{}') from audit_entries
            where action = $1 and camera_id = (select id from cameras where code = $2)
            """, action, camera);
        var unseen = refused.Where(p => !traces.Any(t => IsOf(t, p))).ToList();
        Must.Hold(
            unseen.Count == 0 || refused.Count - unseen.Count >= CameraAudit.PicturesPerMinuteMax,
            $"Of {refused.Count} times {action} of {camera} {unseen.Count} left no trace: "
                + string.Join(", ", unseen.Take(3)));
    }

    static bool IsOf(string trace, TakenPicture picture)
    {
        var id = Convert.FromHexString(picture.DeviceCaptureId);
        return trace.EndsWith(
            string.Create(CultureInfo.InvariantCulture,
                $" of spool {BitConverter.ToUInt64(id):x}, number {BitConverter.ToUInt64(id, 8)}: code {picture.Code}"),
            StringComparison.Ordinal);
    }

    async Task CheckJobsAsync()
    {
        Must.Equal(
            0L, await database.ReadAsync<long>("select count(*) from jobs where state <> 3"), "jobs still to do");
        Must.Equal(
            0L, await database.ReadAsync<long>("select count(*) from jobs where coalesce(reason, '') = ''"),
            "dead jobs that do not say why");
        if (!MayJobsBeDead)
        {
            Must.Equal(0L, await database.ReadAsync<long>($"""
                select count(*) from jobs j left join captures c on c.id::text = j.subject
                where c.integrity is distinct from {Undecodable}
                """), "dead jobs of pictures that can be decoded");
        }
    }

    async Task CheckEventsAsync()
    {
        Must.Equal(
            0L, await database.ReadAsync<long>("select count(*) from captures where event_id is null"),
            "captures without an event");
        Must.Equal(0L, await database.ReadAsync<long>("""
            select count(*) from events e where merged_into is null and capture_count <>
              (select count(*) from captures c where c.event_id = e.id)
            """), "events whose captures are counted wrongly");
    }

    async Task<string?> HashAsync(string path)
    {
        await using var blob = await _blobs.OpenReadAsync(path, CancellationToken.None);
        return blob is null ? null : Convert.ToHexStringLower(await SHA256.HashDataAsync(blob));
    }
}
