-- The sightings of a species on a day of the sites' clocks, packed, so that a chart of a year reads hundreds of rows and
-- not a million. A sighting is a row of event_findings: an animal that has a name, by a person or with a score. Each
-- takes 18 bytes, in order of time, every number big-endian:
--   int4   milliseconds from the date's midnight in UTC to when the event began
--   int2   minute of the site's day
--   int4   the site; where there is none, the camera's id below zero
--   float4 score of the model; infinite where a person or a simulator spoke
--   int4   most animals in one picture
create table sighting_days (
  project_id int not null references projects,
  taxon_id   int not null,
  local_date date not null,                                            -- of the site, else of the project
  sightings  bytea not null,
  primary key (project_id, taxon_id, local_date)
);

-- Days to pack again: appended in the transaction that changes findings.
create table sighting_dirty (
  id         bigint generated always as identity primary key,
  project_id int not null,
  local_date date not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index on sighting_dirty (project_id, local_date);

-- Findings are deleted and inserted, never updated; a site's zone never changes.
create function note_sighting_days() returns trigger language plpgsql as $$
begin
  insert into sighting_dirty (project_id, local_date)
  select distinct f.project_id, (f.started_at at time zone coalesce(s.time_zone, p.time_zone))::date
  from changed f join projects p on p.id = f.project_id left join sites s on s.id = f.site_id
  where f.category = 1 and f.taxon_id <> 0;
  return null;
end $$;
create trigger event_findings_come after insert on event_findings
  referencing new table as changed for each statement execute function note_sighting_days();
create trigger event_findings_go after delete on event_findings
  referencing old table as changed for each statement execute function note_sighting_days();

-- Packs up to so many dirty days again; gives how many. As refresh_daily_summary does: a day is packed under its lock,
-- the marks are claimed once the lock is held, and the packing is a later statement.
create function refresh_sighting_days(max_days int) returns int language plpgsql
set plan_cache_mode = force_custom_plan as $$
declare
  projects int[];
  days date[];
  ids bigint[];
begin
  with head as materialized (
    select distinct project_id, local_date
    from (select project_id, local_date from sighting_dirty order by id limit max_days * 100) as oldest
    limit max_days),
  locked as materialized (
    -- Below zero: the daily summary locks by camera.
    select project_id, local_date from head
    where pg_try_advisory_xact_lock(-project_id, local_date - date '2000-01-01'))
  select array_agg(project_id), array_agg(local_date) into projects, days from locked;
  if projects is null then return 0; end if;

  select array_agg(d.id) into ids
  from unnest(projects, days) as b (project_id, day)
  join sighting_dirty d on d.project_id = b.project_id and d.local_date = b.day;
  if ids is null then return 0; end if;

  delete from sighting_days s using unnest(projects, days) as b (project_id, day)
  where s.project_id = b.project_id and s.local_date = b.day;

  -- A local date lies within 15 hours of the UTC date in every zone.
  insert into sighting_days (project_id, taxon_id, local_date, sightings)
  select b.project_id, packed.taxon_id, b.day, packed.sightings
  from unnest(projects, days) as b (project_id, day)
  cross join lateral (
    select l.taxon_id, string_agg(
      int4send((extract(epoch from l.started_at - b.day::timestamp at time zone 'UTC') * 1000)::int)
        || int2send((extract(hour from l.local_at) * 60 + extract(minute from l.local_at))::int2)
        || int4send(coalesce(l.site_id, -l.camera_id))
        || float4send(case when l.source = 1 then l.confidence else 'infinity' end)
        || int4send(l.count), '' order by l.started_at, l.event_id) as sightings
    from (
      select f.*, f.started_at at time zone coalesce(s.time_zone, p.time_zone) as local_at
      from event_findings f join projects p on p.id = f.project_id left join sites s on s.id = f.site_id
      where f.project_id = b.project_id and f.category = 1 and f.taxon_id <> 0
        and (f.source <> 1 or f.confidence is not null)
        and f.started_at >= b.day::timestamp at time zone 'UTC' - interval '15 hours'
        and f.started_at < (b.day + 1)::timestamp at time zone 'UTC' + interval '15 hours') as l
    where l.local_at::date = b.day
    group by l.taxon_id) as packed;

  delete from sighting_dirty where id = any(ids);
  return cardinality(projects);
end $$;

insert into sighting_dirty (project_id, local_date)
select distinct f.project_id, (f.started_at at time zone coalesce(s.time_zone, p.time_zone))::date
from event_findings f join projects p on p.id = f.project_id left join sites s on s.id = f.site_id
where f.category = 1 and f.taxon_id <> 0;
