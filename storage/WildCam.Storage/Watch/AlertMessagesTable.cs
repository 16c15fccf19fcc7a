using Npgsql;
using NpgsqlTypes;

namespace WildCam.Storage.Watch;

/// <summary>On which occasion a message is sent; alert_messages.occasion.</summary>
public enum MessageOccasion : short
{
    Raised = 1,
    Over = 2,
    Test = 3,
}

/// <summary>What has become of a message; alert_messages.state.</summary>
public enum MessageState : short
{
    Waiting = 1,
    Delivered = 2,

    /// <summary>Given up, with the reason: a dead letter. It can be sent again.</summary>
    Dead = 3,
}

/// <summary>A message for every channel of its project that is on.</summary>
public sealed record NewMessage(
    long? AlertId, MessageOccasion Occasion, string Subject, string Body, string Payload, DateTimeOffset NextAt);

/// <summary>A message that this hub is to send now; nobody else will until the lease ends.</summary>
public sealed record ClaimedMessage(
    Guid Id, int ChannelId, ChannelKind Kind, byte[] Sealed, string Subject, string Body, string Payload, int Attempts);

/// <summary>A message as its page shows it.</summary>
public sealed record MessageRow(
    Guid Id, string Channel, MessageOccasion Occasion, string Subject, DateTimeOffset CreatedAt, DateTimeOffset NextAt,
    int Attempts, MessageState State, DateTimeOffset? EndedAt, string? Reason);

/// <summary>
/// Messages to people and programs: rows with their attempts, so that none is lost and none is told twice.
/// </summary>
public sealed class AlertMessagesTable(NpgsqlDataSource database)
{
    public const int ListMax = 50;

    public const int ReasonCharsMax = 300;

    /// <summary>Days that messages are kept.</summary>
    public const int KeptDays = 90;

    /// <summary>
    /// Writes messages to all channels that are on, in the transaction that raised their alerts. A channel hears of an
    /// alert's beginning once, and of its end only if it heard, or may have heard, of its beginning.
    /// </summary>
    public static async Task AddAsync(
        NpgsqlConnection connection, int projectId, IReadOnlyList<NewMessage> messages,
        CancellationToken cancellationToken)
    {
        foreach (var message in messages)
        {
            await using var command = connection.Command("""
                insert into alert_messages (
                  id, project_id, channel_id, alert_id, occasion, subject, body, payload, next_at)
                select gen_random_uuid(), $1, c.id, $2::bigint, $3, $4, $5, $6::jsonb, $7 from alert_channels c
                where c.project_id = $1 and c.account_id is null and c.is_on and ($3 <> 2 or exists (
                  select from alert_messages m
                  where m.alert_id = $2::bigint and m.channel_id = c.id and m.occasion = 1))
                on conflict (alert_id, channel_id, occasion) where alert_id is not null do nothing
                """, projectId, message.AlertId, (short)message.Occasion, message.Subject, message.Body,
                message.Payload, message.NextAt.ToUniversalTime());
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    /// <summary>
    /// Writes what a rule found: to the project's channels if the rule is the project's, and to those of its followers
    /// who still belong to the project. Each channel hears of it once.
    /// </summary>
    public static async Task AddSpeciesAsync(
        NpgsqlConnection connection, long speciesAlertId, string subject, string body, string payload,
        DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            insert into alert_messages (
              id, project_id, channel_id, species_alert_id, occasion, subject, body, payload, next_at)
            select gen_random_uuid(), a.project_id, c.id, a.id, 1, $2, $3, $4::jsonb, $5
            from species_alerts a
            join species_alert_rules r on r.id = a.rule_id
            join alert_channels c on c.project_id = a.project_id and c.is_on
            where a.id = $1 and case when c.account_id is null then r.is_shared else exists (
              select from species_alert_followers f
              join accounts p on p.id = f.account_id and p.disabled_at is null
              left join memberships m on m.account_id = p.id and m.project_id = a.project_id
              where f.rule_id = r.id and f.account_id = c.account_id and (p.is_admin or m.role is not null)) end
            on conflict (species_alert_id, channel_id) where species_alert_id is not null do nothing
            """, speciesAlertId, subject, body, payload, now.ToUniversalTime());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Ends a browser's channels, in every project, since its push service knows it no more; their messages go with
    /// them.
    /// </summary>
    public async Task EndBrowserAsync(int channelId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            delete from alert_channels where kind = 5
              and endpoint_hash = (select endpoint_hash from alert_channels where id = $1)
            """, channelId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes back what was never tried of alerts that are over: nobody has to hear of either.</summary>
    public static async Task DropUntriedAsync(
        NpgsqlConnection connection, IReadOnlyList<long> alertIds, CancellationToken cancellationToken)
    {
        await using var command = connection.Command("""
            delete from alert_messages
            where alert_id = any($1) and state = 1 and attempts = 0 and leased_until is null
            """, alertIds.ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A test of one channel; false where the project has no such one.</summary>
    public async Task<bool> AddTestAsync(
        int projectId, int channelId, string subject, string body, string payload, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            insert into alert_messages (id, project_id, channel_id, occasion, subject, body, payload, next_at)
            select gen_random_uuid(), $1, id, 3, $3, $4, $5::jsonb, now() from alert_channels
            where id = $2 and project_id = $1 and account_id is null
            """, projectId, channelId, subject, body, payload);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Takes messages that are due, oldest first, for the time of a lease; hubs take different ones.</summary>
    public async Task<IReadOnlyList<ClaimedMessage>> ClaimAsync(
        DateTimeOffset now, TimeSpan lease, int most, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with due as (
              select m.id from alert_messages m
              where m.state = 1 and m.next_at <= $1 and (m.leased_until is null or m.leased_until < $1)
              order by m.next_at limit $3 for update of m skip locked)
            update alert_messages m set attempts = m.attempts + 1, leased_until = $1 + $2
            from due, alert_channels c
            where m.id = due.id and c.id = m.channel_id
            returning m.id, c.id, c.kind, c.sealed, m.subject, m.body, m.payload::text, m.attempts
            """, now.ToUniversalTime(), lease, most);
        var claimed = new List<ClaimedMessage>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            claimed.Add(new ClaimedMessage(
                reader.GetGuid(0), reader.GetInt32(1), (ChannelKind)reader.GetInt16(2),
                reader.GetFieldValue<byte[]>(3), reader.GetString(4), reader.GetString(5), reader.GetString(6),
                reader.GetInt32(7)));
        }

        return claimed;
    }

    /// <summary>Notes how an attempt went; a time means that it is tried again then.</summary>
    public async Task NoteAsync(
        Guid id, int attempts, MessageState state, DateTimeOffset now, DateTimeOffset? nextAt, string? reason,
        CancellationToken cancellationToken)
    {
        var text = reason?.Replace('\0', ' ');
        await using var command = database.Command("""
            update alert_messages set state = $3, leased_until = null, next_at = coalesce($5::timestamptz, next_at),
              ended_at = case when $3 = 1 then null else $4::timestamptz end, reason = $6::text
            where id = $1 and attempts = $2 and state = 1
            """, id, attempts, (short)state, now.ToUniversalTime(), nextAt?.ToUniversalTime(),
            text?.Length > ReasonCharsMax ? text[..ReasonCharsMax] : text);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Sends a message once more, under its own id; false where the project has no such one that ended.
    /// </summary>
    public async Task<bool> ReplayAsync(
        int projectId, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            update alert_messages m set state = 1, attempts = 0, next_at = $3, ended_at = null, reason = null
            from alert_channels c
            where m.id = $2 and m.project_id = $1 and m.state <> 1 and c.id = m.channel_id and c.account_id is null
            """, projectId, id, now.ToUniversalTime());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>A project's newest messages over its own channels.</summary>
    public async Task<IReadOnlyList<MessageRow>> ListAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command($"""
            select m.id, c.name, m.occasion, m.subject, m.created_at, m.next_at, m.attempts, m.state, m.ended_at,
              m.reason
            from alert_messages m join alert_channels c on c.id = m.channel_id
            where m.project_id = $1 and c.account_id is null order by m.created_at desc limit {ListMax}
            """, projectId);
        var messages = new List<MessageRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            messages.Add(new MessageRow(
                reader.GetGuid(0), reader.GetString(1), (MessageOccasion)reader.GetInt16(2), reader.GetString(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5), reader.GetInt32(6),
                (MessageState)reader.GetInt16(7), reader.Get<DateTimeOffset>(8), reader.Text(9)));
        }

        return messages;
    }

    /// <summary>Removes old messages that ended; how many.</summary>
    public async Task<int> CleanUpAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            delete from alert_messages where id = any(array(
              select id from alert_messages where state <> 1 and created_at < $1 limit 10000))
            """, now.AddDays(-KeptDays).ToUniversalTime());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
