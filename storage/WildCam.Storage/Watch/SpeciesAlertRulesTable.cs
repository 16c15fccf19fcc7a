using Npgsql;

namespace WildCam.Storage.Watch;

/// <summary>What somebody wants to be told of: what, where, when, how many, how rare.</summary>
/// <param name="FromMinute">Of the site's day; null: at any hour. A span may run over midnight.</param>
/// <param name="RareDays">Only what was not seen at that place for so many days; null: always.</param>
/// <param name="ScoreMin">Score from which a model's finding counts; never below that of the project.</param>
/// <param name="CooldownMinutes">After a message, how long a rule is quiet about the same place.</param>
/// <param name="LateDays">Events that began longer ago are not told: cards bring in months at once.</param>
public sealed record SpeciesAlertRule(
    string Name, Category Category, int? TaxonId, int? SiteId, int? FromMinute, int? UntilMinute, int GroupMin,
    int? RareDays, double ScoreMin, int CooldownMinutes, int LateDays)
{
    public const int NameCharsMax = 100;

    public const int GroupMax = 1000;

    public const int RareDaysMax = 3650;

    public const int CooldownMinutesMax = 7 * 24 * 60;

    public const int LateDaysMax = 30;
}

/// <summary>A rule as its page shows it to one account.</summary>
public sealed record SpeciesAlertRuleRow(
    int Id, SpeciesAlertRule Rule, int AccountId, string AccountName, bool IsShared, bool IsOn,
    DateTimeOffset? MutedUntil, bool IsFollowed);

/// <summary>Rules of species alerts, of people and of projects, and who follows them.</summary>
public sealed class SpeciesAlertRulesTable(NpgsqlDataSource database)
{
    /// <summary>Rules that are the project's, and rules of one person in a project.</summary>
    public const int SharedMax = 50;

    public const int OwnMax = 20;

    /// <summary>Longest time for which a rule is muted.</summary>
    public const int MuteDaysMax = 90;

    /// <summary>
    /// Adds a rule, followed by who made it; its id, or null where there are as many as there may be or where the site
    /// is not the project's.
    /// </summary>
    public async Task<int?> InsertAsync(
        int projectId, int accountId, bool isShared, SpeciesAlertRule rule, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with made as (
              insert into species_alert_rules (project_id, account_id, is_shared, name, category, taxon_id, site_id,
                from_minute, until_minute, group_min, rare_days, score_min, cooldown_minutes, late_days)
              select $1, $2, $3, $4, $5, $6::int, $7::int, $8::smallint, $9::smallint, $10, $11::smallint, $12, $13, $14
              where (select count(*) from species_alert_rules
                  where project_id = $1 and is_shared = $3 and (is_shared or account_id = $2)) < $15
                and ($7::int is null or exists (select from sites where id = $7::int and project_id = $1))
              returning id, account_id)
            insert into species_alert_followers (rule_id, account_id)
            select id, account_id from made returning rule_id
            """, projectId, accountId, isShared, rule.Name, (short)rule.Category, rule.TaxonId, rule.SiteId,
            (short?)rule.FromMinute, (short?)rule.UntilMinute, (short)rule.GroupMin, (short?)rule.RareDays,
            (float)rule.ScoreMin, rule.CooldownMinutes, (short)rule.LateDays, isShared ? SharedMax : OwnMax);
        return (int?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>The rules that concern an account in a project: those that are shared, then its own.</summary>
    public async Task<IReadOnlyList<SpeciesAlertRuleRow>> ListAsync(
        int projectId, int accountId, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            select r.id, r.name, r.category, r.taxon_id, r.site_id, r.from_minute, r.until_minute, r.group_min,
              r.rare_days, r.score_min, r.cooldown_minutes, r.late_days, r.account_id, a.name, r.is_shared, r.is_on,
              r.muted_until, exists (
                select from species_alert_followers f where f.rule_id = r.id and f.account_id = $2)
            from species_alert_rules r join accounts a on a.id = r.account_id
            where r.project_id = $1 and (r.is_shared or r.account_id = $2)
            order by r.is_shared desc, r.id
            """, projectId, accountId);
        var rules = new List<SpeciesAlertRuleRow>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            rules.Add(new SpeciesAlertRuleRow(
                reader.GetInt32(0),
                new SpeciesAlertRule(
                    reader.GetString(1), (Category)reader.GetInt16(2), reader.Get<int>(3), reader.Get<int>(4),
                    reader.Get<short>(5), reader.Get<short>(6), reader.GetInt16(7), reader.Get<short>(8),
                    reader.GetFloat(9), reader.GetInt32(10), reader.GetInt16(11)),
                reader.GetInt32(12), reader.GetString(13), reader.GetBoolean(14), reader.GetBoolean(15),
                reader.Get<DateTimeOffset>(16), reader.GetBoolean(17)));
        }

        return rules;
    }

    /// <summary>Switches a rule; its name, or null where this account may not.</summary>
    public Task<string?> SwitchAsync(
        int projectId, int accountId, bool managesShared, int id, bool isOn, CancellationToken cancellationToken) =>
        ChangeAsync(
            "update species_alert_rules r set is_on = $5", projectId, accountId, managesShared, id, cancellationToken,
            isOn);

    /// <summary>Mutes a rule until then, or unmutes it; its name, or null where this account may not.</summary>
    public Task<string?> MuteAsync(
        int projectId, int accountId, bool managesShared, int id, DateTimeOffset? until,
        CancellationToken cancellationToken) =>
        ChangeAsync(
            "update species_alert_rules r set muted_until = $5::timestamptz", projectId, accountId, managesShared, id,
            cancellationToken, until?.ToUniversalTime());

    /// <summary>Removes a rule and what it found; its name, or null where this account may not.</summary>
    public Task<string?> DeleteAsync(
        int projectId, int accountId, bool managesShared, int id, CancellationToken cancellationToken) =>
        ChangeAsync(
            "delete from species_alert_rules r", projectId, accountId, managesShared, id, cancellationToken);

    /// <summary>Begins or ends to tell an account on its own channels; false where it sees no such rule.</summary>
    public async Task<bool> FollowAsync(
        int projectId, int accountId, int id, bool follows, CancellationToken cancellationToken)
    {
        await using var command = database.Command("""
            with asked as (
              select id from species_alert_rules
              where id = $3 and project_id = $1 and (is_shared or account_id = $2)),
            gone as (
              delete from species_alert_followers f using asked
              where not $4 and f.rule_id = asked.id and f.account_id = $2),
            come as (
              insert into species_alert_followers (rule_id, account_id) select id, $2 from asked where $4
              on conflict do nothing)
            select count(*) from asked
            """, projectId, accountId, id, follows);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))! == 1;
    }

    // Shared rules are for whoever manages the project, own ones for their owner.
    async Task<string?> ChangeAsync(
        string change, int projectId, int accountId, bool managesShared, int id, CancellationToken cancellationToken,
        params object?[] value)
    {
        await using var command = database.Command($"""
            {change}
            where r.id = $4 and r.project_id = $1 and case when r.is_shared then $3 else r.account_id = $2 end
            returning r.name
            """, [projectId, accountId, managesShared, id, .. value]);
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }
}
