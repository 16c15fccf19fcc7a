using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Remarks;

/// <summary>What somebody wrote about an event or one of its pictures.</summary>
public sealed record Comment(
    long Id, Guid? CaptureId, int AccountId, string Account, string Text, DateTimeOffset CreatedAt);

/// <summary>What people say beside their decisions: comments for the project, favourites for themselves.</summary>
public sealed class RemarksTable(NpgsqlDataSource database)
{
    public const int TextCharsMax = 2000;

    /// <summary>Most comments that an event shows, the newest.</summary>
    public const int CommentsMax = 200;

    /// <summary>Writes a comment; sent again it is the same one. False: no such event in the project.</summary>
    public async Task<bool> CommentAsync(
        int projectId, Guid eventId, Guid? captureId, int accountId, Guid clientKey, string text,
        CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with target as (
              select h.id from events e join events h on h.id = coalesce(e.merged_into, e.id)
              where e.id = $2 and h.project_id = $1),
            written as (
              insert into comments (project_id, event_id, account_id, client_key, text, capture_id)
              select $1, id, $3, $4, $5, $6 from target
              on conflict (account_id, client_key) do nothing)
            select exists (select from target)
            """, projectId, eventId, accountId, clientKey, text);
        command.Parameters.Add(new()
        {
            Value = (object?)captureId ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Uuid,
        });
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Takes an own comment away; a manager may take anybody's.</summary>
    public async Task<bool> DeleteCommentAsync(
        int projectId, long id, int accountId, bool isManager, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update comments set deleted_at = now()
            where id = $2 and project_id = $1 and (account_id = $3 or $4) and deleted_at is null
            """, projectId, id, accountId, isManager);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Comments on an event and on what was merged into it, oldest first; for the picture's page.</summary>
    public async Task<IReadOnlyList<Comment>> ListCommentsAsync(Guid eventId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select * from (
              select c.id, c.capture_id, c.account_id, a.name, c.text, c.created_at
              from comments c join accounts a on a.id = c.account_id
              where c.event_id in (select id from events where id = $1 or merged_into = $1) and c.deleted_at is null
              order by c.id desc limit $2) newest
            order by id
            """, eventId, CommentsMax);
        var comments = new List<Comment>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            comments.Add(new Comment(
                reader.GetInt64(0), reader.Get<Guid>(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return comments;
    }

    /// <summary>Makes an event an account's favourite, or no longer. False: no such event in the project.</summary>
    public async Task<bool> SetFavouriteAsync(
        int projectId, Guid eventId, int accountId, bool isFavourite, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with target as (
              select h.id from events e join events h on h.id = coalesce(e.merged_into, e.id)
              where e.id = $2 and h.project_id = $1),
            added as (
              insert into favourites (account_id, event_id, project_id) select $3, id, $1 from target where $4
              on conflict do nothing),
            removed as (
              delete from favourites where account_id = $3 and not $4 and event_id in (
                select e.id from events e, target where e.id = target.id or e.merged_into = target.id))
            select exists (select from target)
            """, projectId, eventId, accountId, isFavourite);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
