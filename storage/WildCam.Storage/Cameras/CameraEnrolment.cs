using Npgsql;
using WildCam.Storage.Accounts;

namespace WildCam.Storage.Cameras;

/// <summary>
/// Makes, accepts, rejects, revokes and spends enrolment codes, each in one transaction with its audit row, and tells
/// all hubs. A code's credential is the camera's own from its first sign-in on; until then it can be handed out anew.
/// </summary>
public sealed class CameraEnrolment(NpgsqlDataSource database)
{
    /// <summary>How long a code can be used.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(30);

    /// <summary>Open codes of a project at a time.</summary>
    public const int OpenMax = 2000;

    const string IsOpen = "spent_at is null and revoked_at is null and rejected_at is null and expires_at > now()";

    readonly CamerasTable _cameras = new(database);
    readonly CameraStatesTable _states = new(database);

    /// <summary>
    /// Makes a code for a camera of the project, accepted in advance, which revokes an older one of the camera; or,
    /// without a camera, one whose board waits until somebody says which camera it is.
    /// </summary>
    public async Task<(NewEnrolment? Made, EnrolmentRefusal Refusal)> CreateAsync(
        string projectSlug, string? cameraCode, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await LockProjectAsync(connection, projectSlug, cancellationToken) is not { } projectId)
        {
            return (null, EnrolmentRefusal.NoSuchProject);
        }

        var (cameraId, refusal) = await FindCameraAsync(connection, projectId, cameraCode, cancellationToken);
        if (refusal is EnrolmentRefusal.None
            && await CountOpenAsync(connection, projectId, cancellationToken) >= OpenMax)
        {
            refusal = EnrolmentRefusal.TooMany;
        }

        if (refusal is not EnrolmentRefusal.None)
        {
            return (null, refusal);
        }

        if (cameraId is { } camera)
        {
            await RevokeForCameraAsync(connection, camera, cancellationToken);
        }

        var (secret, hash) = CameraCredential.Create();
        var fingerprint = Convert.ToHexStringLower(hash)[..EnrolmentsTable.FingerprintChars];
        await using var command = connection.Command("""
            insert into camera_enrolments
              (project_id, camera_id, fingerprint, code_hash, created_by, expires_at, accepted_at)
            values ($1, $2::int, $3, $4, $5::int, now() + $6, case when $2::int is not null then now() end)
            returning id, expires_at
            """, projectId, cameraId, fingerprint, hash, actor.AccountId, Keep);
        NewEnrolment made;
        await using (var reader = await command.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            made = new NewEnrolment(
                reader.GetInt32(0), fingerprint, secret, reader.GetFieldValue<DateTimeOffset>(1));
        }

        await AuditAsync(connection, "enrolment.make", made.Id, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return (made, EnrolmentRefusal.None);
    }

    /// <summary>The board that came with the code becomes this camera of the same project.</summary>
    public async Task<EnrolmentRefusal> AcceptAsync(
        int projectId, string fingerprint, string cameraCode, Actor actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (cameraId, refusal) = await FindCameraAsync(connection, projectId, cameraCode, cancellationToken);
        if (refusal is not EnrolmentRefusal.None)
        {
            return refusal;
        }

        await using (var older = connection.Command("""
            update camera_enrolments set revoked_at = now(), issued_hash = null
            where camera_id = $1 and fingerprint <> $2 and spent_at is null and revoked_at is null
            """, cameraId, fingerprint))
        {
            await older.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = connection.Command($"""
            update camera_enrolments set camera_id = $3, accepted_at = now()
            where project_id = $1 and fingerprint = $2 and accepted_at is null and {IsOpen} returning id
            """, projectId, fingerprint, cameraId);
        if (await command.ExecuteScalarAsync(cancellationToken) is not int id)
        {
            return EnrolmentRefusal.NotOpen;
        }

        await AuditAsync(connection, "enrolment.accept", id, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, cancellationToken);
        return EnrolmentRefusal.None;
    }

    /// <summary>Says no to the board that came with the code.</summary>
    public Task<EnrolmentRefusal> RejectAsync(
        int projectId, string fingerprint, Actor actor, CancellationToken cancellationToken) =>
        EndAsync(projectId, fingerprint, "rejected_at", "enrolment.reject", actor, cancellationToken);

    /// <summary>Takes a code back.</summary>
    public Task<EnrolmentRefusal> RevokeAsync(
        int projectId, string fingerprint, Actor actor, CancellationToken cancellationToken) =>
        EndAsync(projectId, fingerprint, "revoked_at", "enrolment.revoke", actor, cancellationToken);

    /// <summary>
    /// Takes back every code of a camera that is not spent, and the credential that it may have handed out: part of
    /// what ends a camera, in that transaction.
    /// </summary>
    public static async Task<int> RevokeForCameraAsync(
        NpgsqlConnection connection, int cameraId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            update camera_enrolments set revoked_at = now(), issued_hash = null
            where camera_id = $1 and spent_at is null and revoked_at is null
            """, cameraId);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// A camera signs in with this password for the first time: if an enrolment handed it out last, it is the camera's
    /// own from now on, the one before ends, and the code is spent. False: no enrolment did.
    /// </summary>
    public async Task<bool> SpendAsync(string cameraCode, byte[] credentialHash, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        if (await FindIssuedAsync(connection, cameraCode, credentialHash, cancellationToken) is not { } spent)
        {
            return false;
        }

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // The camera first, as everything does that has a camera's codes end.
        await using (var wait = connection.Command(
            "select from cameras where id = $1 for no key update", spent.Camera))
        {
            await wait.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var spend = connection.Command("""
            update camera_enrolments e set spent_at = now(), issued_hash = null
            from cameras c
            where e.id = $1 and c.id = e.camera_id and c.revoked_at is null and e.issued_hash = $2
              and e.rejected_at is null and e.revoked_at is null and e.spent_at is null
            """, spent.Id, credentialHash))
        {
            if (await spend.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }

        await _cameras.RotateAsync(connection, cameraCode, credentialHash, cancellationToken);
        // A board that was flashed begins to count its starts anew.
        await _states.ForgetBootsAsync(connection, spent.Camera, cancellationToken);
        await AuditAsync(connection, "camera.enrol", spent.Id, Actor.Hub, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, cancellationToken);
        return true;
    }

    async Task<EnrolmentRefusal> EndAsync(
        int projectId, string fingerprint, string column, string action, Actor actor,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.Command($"""
            update camera_enrolments set {column} = now(), issued_hash = null
            where project_id = $1 and fingerprint = $2 and spent_at is null and revoked_at is null
              and rejected_at is null
            returning id
            """, projectId, fingerprint);
        if (await command.ExecuteScalarAsync(cancellationToken) is not int id)
        {
            return EnrolmentRefusal.NotOpen;
        }

        await AuditAsync(connection, action, id, actor, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await TellAsync(connection, cancellationToken);
        return EnrolmentRefusal.None;
    }

    // Asked at each password that is not the camera's own: one look-up, no lock.
    static async Task<(int Id, int Camera)?> FindIssuedAsync(
        NpgsqlConnection connection, string cameraCode, byte[] credentialHash, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            select e.id, c.id from cameras c join camera_enrolments e on e.camera_id = c.id
            where c.code = $1 and e.issued_hash = $2 and e.spent_at is null and e.revoked_at is null
              and e.rejected_at is null
            """, cameraCode, credentialHash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetInt32(1)) : null;
    }

    // So that two codes for one camera are made one after the other, and the limit holds.
    static async Task<int?> LockProjectAsync(
        NpgsqlConnection connection, string slug, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            "select id from projects where slug = $1 for no key update", slug);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    static async Task<(int? Id, EnrolmentRefusal Refusal)> FindCameraAsync(
        NpgsqlConnection connection, int projectId, string? code, CancellationToken cancellationToken)
    {
        if (code is null)
        {
            return (null, EnrolmentRefusal.None);
        }

        await using var command = connection.Command("""
            select id, revoked_at is not null from cameras where project_id = $1 and code = $2 for no key update
            """, projectId, code);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) ? (null, EnrolmentRefusal.NoSuchCamera)
            : reader.GetBoolean(1) ? (null, EnrolmentRefusal.CameraRevoked)
            : (reader.GetInt32(0), EnrolmentRefusal.None);
    }

    static async Task<long> CountOpenAsync(
        NpgsqlConnection connection, int projectId, CancellationToken cancellationToken)
    {
        await using var command = connection.Command(
            $"select count(*) from camera_enrolments where project_id = $1 and {IsOpen}", projectId);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    static async Task AuditAsync(
        NpgsqlConnection connection, string action, int id, Actor actor, CancellationToken cancellationToken)
    {
        await using var find = connection.Command(
            "select project_id, camera_id, fingerprint from camera_enrolments where id = $1", id);
        AuditEntry entry;
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            await reader.ReadAsync(cancellationToken);
            entry = new AuditEntry(actor, action, reader.GetString(2))
            {
                ProjectId = reader.GetInt32(0),
                CameraId = reader.Get<int>(1),
            };
        }

        await AuditTable.AddAsync(connection, entry, cancellationToken);
    }

    static async Task TellAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("select pg_notify($1, '')", Channels.Cameras);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
