using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>What somebody may be told of; alerts.kind and alert_rules.kind.</summary>
public enum AlertKind : short
{
    Silent = 1,
    Battery = 2,
    Spool = 3,
    Clock = 4,
    Resets = 5,
    UpdateFailed = 6,
    Refusals = 7,

    /// <summary>Many cameras fell silent at once: the hub or the network, not one camera.</summary>
    HubOrNetwork = 8,
}

/// <summary>One rule: whether it is on, its limit in the kind's own unit, and how long it must hold first.</summary>
public sealed record AlertRule(AlertKind Kind, bool IsOn, int Limit, int GraceMinutes)
{
    public const int GraceMinutesMax = 1440;

    /// <summary>What holds where a project has said nothing.</summary>
    public static IReadOnlyList<AlertRule> Defaults { get; } =
    [
        new(AlertKind.Silent, true, 3, 0),
        new(AlertKind.Battery, true, 20, 10),
        new(AlertKind.Spool, true, 80, 30),
        new(AlertKind.Clock, true, 120, 60),
        new(AlertKind.Resets, true, 5, 0),
        new(AlertKind.UpdateFailed, true, 1, 0),
        new(AlertKind.Refusals, true, 20, 0),
        new(AlertKind.HubOrNetwork, true, 20, 0),
    ];

    /// <summary>The least and the largest limit of a kind.</summary>
    public static (int Least, int Most) Range(AlertKind kind) => kind switch
    {
        AlertKind.Silent => (2, 20),
        AlertKind.Battery => (1, 90),
        AlertKind.Spool => (10, 100),
        AlertKind.Clock => (10, 86_400),
        AlertKind.HubOrNetwork => (5, 100),
        AlertKind.UpdateFailed => (1, 1),
        _ => (1, 1000),
    };
}

/// <summary>When nobody is to be woken, in minutes of the project's day.</summary>
public sealed record QuietHours(int FromMinute, int UntilMinute)
{
    /// <summary>The end of the quiet time that holds now; null: it is not quiet.</summary>
    public DateTimeOffset? EndsAt(DateTimeOffset now, TimeZoneInfo zone)
    {
        if (FromMinute == UntilMinute)
        {
            return null;
        }

        var local = TimeZoneInfo.ConvertTime(now, zone);
        var minute = (int)local.TimeOfDay.TotalMinutes;
        var isQuiet = FromMinute < UntilMinute
            ? minute >= FromMinute && minute < UntilMinute
            : minute >= FromMinute || minute < UntilMinute;
        if (!isQuiet)
        {
            return null;
        }

        var end = local.Date.AddMinutes(UntilMinute);
        end = minute >= UntilMinute ? end.AddDays(1) : end;
        // Where the clock jumps over that minute, the hour after it is as good.
        end = zone.IsInvalidTime(end) ? end.AddHours(1) : end;
        return new DateTimeOffset(end, zone.GetUtcOffset(end)).ToUniversalTime();
    }
}

/// <summary>A project's limits, by which its cameras are judged.</summary>
public sealed record WatchLimits(
    int MissedUntilSilent, int BatteryPercentMin, int SpoolPercentMax, int ClockSecondsMax, int ResetsADay,
    int RefusalsADay)
{
    /// <summary>A battery that lasts no longer is worth a journey that one can plan.</summary>
    public const int BatteryDaysMin = 7;

    public static WatchLimits Default { get; } = Of(AlertRule.Defaults);

    public static WatchLimits Of(IReadOnlyCollection<AlertRule> rules)
    {
        return new(
            Limit(AlertKind.Silent), Limit(AlertKind.Battery), Limit(AlertKind.Spool), Limit(AlertKind.Clock),
            Limit(AlertKind.Resets), Limit(AlertKind.Refusals));

        int Limit(AlertKind kind) => rules.First(r => r.Kind == kind).Limit;
    }
}

/// <summary>A project's whole policy.</summary>
public sealed record AlertPolicy(IReadOnlyList<AlertRule> Rules, QuietHours? Quiet)
{
    public static AlertPolicy Default { get; } = new(AlertRule.Defaults, null);

    public WatchLimits Limits => WatchLimits.Of(Rules);

    public AlertRule Rule(AlertKind kind) => Rules.First(r => r.Kind == kind);
}

/// <summary>Reads and changes what projects want to be told of.</summary>
public sealed class AlertRulesTable(NpgsqlDataSource database)
{
    /// <summary>A project's policy, built-in where it has said nothing.</summary>
    public async Task<AlertPolicy> ReadAsync(int projectId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select r.kind, r.is_on, r.limit_value, r.grace_minutes, p.quiet_from_minute, p.quiet_until_minute
            from (select $1::int as project_id) asked
            left join alert_policies p on p.project_id = asked.project_id
            left join alert_rules r on r.project_id = asked.project_id
            """, projectId);
        var said = new Dictionary<AlertKind, AlertRule>();
        QuietHours? quiet = null;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            if (!reader.IsDBNull(0))
            {
                var kind = (AlertKind)reader.GetInt16(0);
                said[kind] = new AlertRule(kind, reader.GetBoolean(1), reader.GetInt32(2), reader.GetInt32(3));
            }

            quiet = reader.IsDBNull(4) ? null : new QuietHours(reader.GetInt16(4), reader.GetInt16(5));
        }

        return new AlertPolicy([.. AlertRule.Defaults.Select(d => said.GetValueOrDefault(d.Kind, d))], quiet);
    }

    /// <summary>Puts a whole policy in the place of the old.</summary>
    public async Task SaveAsync(int projectId, AlertPolicy policy, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var rules = connection.Command("""
            insert into alert_rules (project_id, kind, is_on, limit_value, grace_minutes)
            select $1, * from unnest($2::smallint[], $3::boolean[], $4::int[], $5::int[])
            on conflict (project_id, kind) do update set
              is_on = excluded.is_on, limit_value = excluded.limit_value, grace_minutes = excluded.grace_minutes
            """, projectId, policy.Rules.Select(r => (short)r.Kind).ToArray(),
            policy.Rules.Select(r => r.IsOn).ToArray(), policy.Rules.Select(r => r.Limit).ToArray(),
            policy.Rules.Select(r => r.GraceMinutes).ToArray()))
        {
            await rules.ExecuteNonQueryAsync(cancellationToken);
        }

        await using (var hours = connection.Command("""
            insert into alert_policies (project_id, quiet_from_minute, quiet_until_minute)
            values ($1, $2::smallint, $3::smallint)
            on conflict (project_id) do update set
              quiet_from_minute = excluded.quiet_from_minute, quiet_until_minute = excluded.quiet_until_minute
            """, projectId, (short?)policy.Quiet?.FromMinute, (short?)policy.Quiet?.UntilMinute))
        {
            await hours.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }
}
