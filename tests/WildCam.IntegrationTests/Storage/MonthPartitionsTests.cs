using System.Globalization;
using Npgsql;
using WildCam.IntegrationTests.Captures;
using WildCam.Storage.Jobs;

namespace WildCam.IntegrationTests.Storage;

/// <summary>Compares the partitions and their indexes with PostgreSQL's catalogue.</summary>
public sealed class MonthPartitionsTests : IAsyncLifetime
{
    const string Camera = " USING btree (camera_id)";
    const string CameraDay = " USING btree (camera_id, local_date)";
    const string Time = " USING btree (captured_at)";
    const string CameraTime = " USING btree (camera_id, captured_at DESC)";
    const string Confident =
        " USING btree (taxon_id, confidence) WHERE (confidence > (0.8)::double precision)";

    static readonly DateOnly[] Months =
        [new(1970, 1, 1), new(2024, 2, 1), new(2025, 12, 1), new(2026, 3, 1), new(2026, 10, 1), new(2099, 12, 1)];

    readonly TestDatabase _database = new();

    public ValueTask InitializeAsync() => _database.InitializeAsync();

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("captures", new[] { Camera, Time, CameraTime })]
    [InlineData("wildlife_detections", new[] { CameraDay, Time, CameraTime, Confident })]
    [InlineData("telemetry", new[] { " USING btree (camera_id, received_at DESC)" })]
    public async Task Every_partition_has_its_indexes_and_they_are_valid(string table, string[] expected)
    {
        foreach (var month in Months)
        {
            Assert.True(await EnsureAsync(table, month));
        }

        foreach (var month in Months)
        {
            var definitions = await _database.ReadAsync<string[]>("""
                select array_agg(pg_get_indexdef(i.indexrelid)) from pg_index i
                where i.indrelid = to_regclass($1) and i.indisvalid and i.indisready and not i.indisprimary
                """, PartitionName(table, month));
            foreach (var one in expected)
            {
                Assert.True(
                    definitions.Count(d => d.EndsWith(one, StringComparison.Ordinal)) == 1,
                    $"{PartitionName(table, month)} should have one index '{one}' among:\n"
                    + string.Join('\n', definitions));
            }
        }
    }

    [Theory]
    [InlineData("captures")]
    [InlineData("wildlife_detections")]
    [InlineData("telemetry")]
    public async Task A_partition_is_named_after_its_month_and_holds_just_that_month_in_UTC(string table)
    {
        // Sessions east and west of every month's border in UTC.
        foreach (var (month, zone) in Months.Zip(["UTC", "Pacific/Kiritimati", "America/Adak", "Europe/Paris"]))
        {
            await using var elsewhere = In(zone);
            Assert.True(await EnsureAsync(table, month.AddDays(27), elsewhere));
        }

        await using var utc = In("UTC");
        await using var command = utc.CreateCommand("""
            select p.relname, pg_get_expr(p.relpartbound, p.oid)
            from pg_inherits i join pg_class p on p.oid = i.inhrelid
            where i.inhparent = to_regclass($1) order by p.relname
            """);
        command.Parameters.Add(new() { Value = table });
        var found = new List<(string Name, string Bounds)>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add((reader.GetString(0), reader.GetString(1)));
        }

        Assert.Equal(
            [
                .. Months.Take(4).Select(m => (
                    PartitionName(table, m),
                    $"FOR VALUES FROM ('{m:yyyy-MM-dd} 00:00:00+00') TO ('{m.AddMonths(1):yyyy-MM-dd} 00:00:00+00')")),
            ],
            found);
    }

    [Fact]
    public async Task A_month_is_made_once_however_often_it_is_wanted()
    {
        Assert.True(await EnsureAsync("captures", new DateOnly(2026, 5, 1)));
        Assert.False(await EnsureAsync("captures", new DateOnly(2026, 5, 31)));
        Assert.Equal(1, await CountAsync("captures"));
        Assert.Equal(0, await CountAsync("telemetry"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Of_two_sessions_the_second_waits_and_makes_a_month_only_if_the_first_gave_up(bool commits)
    {
        await using var first = await _database.Source.OpenConnectionAsync();
        await using var transaction = await first.BeginTransactionAsync();
        await using var make = new NpgsqlCommand("select ensure_month('captures', '2026-05-01')", first);
        Assert.True((bool)(await make.ExecuteScalarAsync())!);
        var second = EnsureAsync("captures", new DateOnly(2026, 5, 1));
        await CaptureWorld.UntilAsync(
            () => _database.ReadAsync<bool>("""
                select exists (select from pg_locks where locktype = 'advisory' and not granted
                  and database = (select oid from pg_database where datname = current_database()))
                """),
            "the second session waits");
        await (commits ? transaction.CommitAsync() : transaction.RollbackAsync());
        Assert.Equal(!commits, await second);
        Assert.Equal(1, await CountAsync("captures"));
    }

    [Fact]
    public async Task Many_sessions_at_once_make_one_partition()
    {
        const int sessions = 12;
        var made = await Task.WhenAll(
            Enumerable.Range(0, sessions).Select(_ => EnsureAsync("telemetry", new DateOnly(2026, 5, 1))));
        Assert.Single(made, m => m);
        Assert.Equal(1, await CountAsync("telemetry"));
    }

    [Fact]
    public async Task A_migrated_database_has_the_three_monthly_tables_without_a_default_and_without_a_month()
    {
        Assert.Equal(UpkeepTable.MonthlyTables.Order(StringComparer.Ordinal), await _database.ReadAsync<string[]>("""
            select array_agg(relname::text order by relname) from pg_partitioned_table join pg_class on oid = partrelid
            """));
        Assert.Equal(0, await _database.ReadAsync<long>(
            "select count(*) from pg_partitioned_table where partdefid <> 0"));
        Assert.Equal(0, await _database.ReadAsync<long>(
            "select count(*) from pg_class where relispartition and relkind = 'r'"));
    }

    [Fact]
    public async Task A_row_of_a_month_that_was_not_made_is_refused()
    {
        await EnsureAsync("telemetry", new DateOnly(2026, 5, 1));
        Task AddAsync(string at) => _database.RunAsync($"""
            insert into telemetry (camera_id, received_at, boot, sequence, spool_count, spool_bytes,
              spool_capacity_bytes, dead_count, dropped_count, free_memory_bytes, reset_cause)
            values (1, '{at}', 1, 1, 0, 0, 0, 0, 0, 0, 0)
            """);
        await AddAsync("2026-05-01 00:00:00Z");
        await AddAsync("2026-05-31 23:59:59.999999Z");
        foreach (var outside in new[] { "2026-04-30 23:59:59.999999Z", "2026-06-01 00:00:00Z" })
        {
            var fault = await Assert.ThrowsAsync<PostgresException>(() => AddAsync(outside));
            Assert.Equal(PostgresErrorCodes.CheckViolation, fault.SqlState);
        }
    }

    static string PartitionName(string table, DateOnly month) =>
        table + month.ToString("_yyyy_MM", CultureInfo.InvariantCulture);

    NpgsqlDataSource In(string zone) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Timezone = zone, Pooling = false });

    async Task<bool> EnsureAsync(string table, DateOnly month, NpgsqlDataSource? source = null)
    {
        await using var command = (source ?? _database.Source).CreateCommand("select ensure_month($1, $2)");
        command.Parameters.Add(new() { Value = table });
        command.Parameters.Add(new() { Value = month });
        return (bool)(await command.ExecuteScalarAsync())!;
    }

    Task<long> CountAsync(string table) => _database.ReadAsync<long>(
        "select count(*) from pg_inherits where inhparent = to_regclass($1)", table);
}
