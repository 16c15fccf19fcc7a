using Npgsql;

namespace WildCam.Storage.Review;

/// <summary>Questions to others about an event.</summary>
public sealed class QuestionsTable(NpgsqlDataSource database)
{
    public const int TextCharsMax = 2000;

    /// <summary>Asks; sent again it is the same question. False: no such event in the project.</summary>
    public async Task<bool> AskAsync(
        int projectId, Guid eventId, int accountId, Guid clientKey, string text, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with target as (
              select h.id from events e join events h on h.id = coalesce(e.merged_into, e.id)
              where e.id = $2 and h.project_id = $1),
            asked as (
              insert into event_questions (project_id, event_id, account_id, client_key, text)
              select $1, id, $3, $4, $5 from target
              on conflict (account_id, client_key) do nothing)
            select exists (select from target)
            """, projectId, eventId, accountId, clientKey, text);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Takes an own question back.</summary>
    public async Task WithdrawAsync(int accountId, Guid clientKey, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update event_questions set closed_at = now()
            where account_id = $1 and client_key = $2 and closed_at is null
            """, accountId, clientKey);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A decision on an event answers what was asked about it.</summary>
    public async Task AnswerAsync(Guid eventId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update event_questions set closed_at = now() where event_id = $1 and closed_at is null
            """, eventId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
