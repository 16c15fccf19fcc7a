using System.Globalization;

namespace WildCam.Faults.Storage;

/// <summary>Statements and commits fail at random as under a conflict of transactions: 40001 and 40P01.</summary>
static class DatabaseConflicts
{
    const int Cameras = 6;
    const int PicturesPerCamera = 8;
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static Scenario Scenario { get; } = new(
        "database-conflicts",
        "serialisation failures and deadlocks in any writing statement and at commit: tried again, once in effect",
        RunAsync);

    static async Task RunAsync(Point point)
    {
        await using var world = await FleetWorld.StartAsync(point.Server, 0);
        await using var load = await Load.OfAsync(point, world.Database, Cameras, () => world.Hub.MqttPort);
        await InjectAsync(world.Database, 0.01 + 0.09 * point.Chance.NextDouble());
        await load.RunAsync(PicturesPerCamera).WaitAsync(Timeout, point.Cancellation);

        // Jobs are done under conflicts too, for a while; then their long pauses are cut short.
        await Task.Delay(TimeSpan.FromSeconds(1), point.Cancellation);
        await Settling.RunPastDeadlocksAsync(world.Database, "select injection_off()");
        await Settling.HurryAsync(world.Database);
        await world.SettleAsync(Timeout);
        Must.Hold(
            await world.Database.ReadAsync<bool>("select is_called from injected"), "No conflict was injected.");
        await Settling.CheckAsync(world, load);
    }

    static async Task InjectAsync(WorldDatabase database, double probability)
    {
        var p = probability.ToString("0.0000", CultureInfo.InvariantCulture);
        await database.RunAsync($$"""
            create sequence injected;
            create function inject() returns trigger language plpgsql as $$
            begin
              if random() < {{p}} then
                perform nextval('injected');
                raise exception 'a conflict was injected'
                  using errcode = case when random() < 0.5 then '40001' else '40P01' end;
              end if;
              return null;
            end $$;
            create function injection_off() returns void language plpgsql as $$
            declare hit record;
            begin
              for hit in select tgname, tgrelid::regclass as tab from pg_trigger
                where tgname in ('inject_statement', 'inject_commit') and tgparentid = 0
              loop
                execute format('drop trigger %I on %s', hit.tgname, hit.tab);
              end loop;
            end $$;
            do $$
            declare tab regclass;
            begin
              for tab in select oid::regclass from pg_class
                where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
                  and relname not like 'qrtz%' and relname not in ('accounts', 'sessions')
              loop
                execute format('create trigger inject_statement before insert or update or delete on %s '
                  'for each statement execute function inject()', tab);
              end loop;
            end $$;
            create constraint trigger inject_commit after insert on capture_identities
              deferrable initially deferred for each row execute function inject();
            """);
    }
}
