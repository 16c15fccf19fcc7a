-- Events whose findings are to be counted again, appended in the transaction that changes their captures or detections.
-- A visit of hundreds of pictures is thus counted a few times and not once a batch, and a bulk of detections costs the
-- rows themselves.
create table event_dirty (
  id       bigint generated always as identity primary key,
  event_id uuid not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index on event_dirty (event_id);

-- Counts dirty events again; gives those. Any number of folders may run at once: an event is counted under its row's
-- lock, the marks are claimed once the lock is held, and the count is a later statement (so it sees what every claimed
-- mark announced). A folder never waits while it holds a lock: events that somebody else holds are left for later.
create function refresh_dirty_events(max_events int) returns table (event_id uuid, project_id int, capture_id uuid)
language plpgsql as $$
#variable_conflict use_column
declare
  head uuid[];
  held uuid[];
  marks bigint[];
  event uuid;
begin
  head := array(
    select distinct event_id
    from (select event_id from event_dirty order by id limit max_events * 20) as oldest
    limit max_events);
  if cardinality(head) = 0 then return; end if;

  held := array(
    select id from events where id = any(head) and merged_into is null order by id
    for no key update skip locked);
  -- Of an event that is gone, or that was merged: the merger counted the other one.
  marks := array(
    select d.id from event_dirty d
    where d.event_id = any(held)
      or d.event_id = any(head) and not exists (
        select from events e where e.id = d.event_id and e.merged_into is null));
  foreach event in array held loop
    perform refresh_event_findings(event);
  end loop;
  delete from event_dirty where id = any(marks);
  return query
    select id, e.project_id, e.best_capture_id from events e where id = any(held) and best_capture_id is not null;
end $$;

-- A day of a camera is one range of this index: a recount reads its rows and no others. It serves what asks for the
-- camera alone as before.
drop index wildlife_detections_camera;
create index wildlife_detections_camera on wildlife_detections (camera_id, local_date);

-- As before, and planned each time with the days at hand, so that the months before and after are not even opened: the
-- cost is that of the rows in the dirty days, however long the history.
create or replace function refresh_daily_summary(max_buckets int) returns int language plpgsql
set plan_cache_mode = force_custom_plan as $$
declare
  cameras int[];
  days date[];
  ids bigint[];
  first timestamptz;
  last timestamptz;
  thresholds real[];
begin
  with head as materialized (
    select distinct camera_id, detection_date
    from (select camera_id, detection_date from summary_dirty order by id limit max_buckets * 100) as oldest
    limit max_buckets),
  locked as materialized (
    select camera_id, detection_date from head
    where pg_try_advisory_xact_lock(camera_id, detection_date - date '2000-01-01'))
  select array_agg(camera_id), array_agg(detection_date),
    min(detection_date - 1)::timestamp at time zone 'UTC', max(detection_date + 2)::timestamp at time zone 'UTC'
  into cameras, days, first, last from locked;
  if cameras is null then return 0; end if;

  select array_agg(d.id) into ids
  from unnest(cameras, days) as b (camera_id, day)
  join summary_dirty d on d.camera_id = b.camera_id and d.detection_date = b.day;
  if ids is null then return 0; end if;

  delete from daily_detection_summary s using unnest(cameras, days) as b (camera_id, day)
  where s.camera_id = b.camera_id and s.detection_date = b.day;

  -- By the project's id: a look into an array is cheaper than a join for each of a day's rows.
  thresholds := array(
    select p.summary_confidence_min
    from generate_series(1, (select max(id) from projects)) as n left join projects p on p.id = n order by n);

  -- A local date lies within one day on either side of the UTC date in every zone: the bounds leave out months.
  insert into daily_detection_summary (camera_id, detection_date, category, taxon_id, project_id, detection_count,
    avg_confidence)
  select b.camera_id, b.day, counted.*
  from unnest(cameras, days) as b (camera_id, day)
  cross join lateral (
    select d.category, coalesce(d.taxon_id, 0), max(d.project_id), sum(d.count)::int,
      avg(d.confidence::numeric) filter (where d.source = 1)::real
    from wildlife_detections d
    where d.camera_id = b.camera_id and d.local_date = b.day and d.is_current
      and d.captured_at >= first and d.captured_at < last
      and (d.source <> 1 or d.confidence is null or d.confidence >= thresholds[d.project_id])
    group by d.category, coalesce(d.taxon_id, 0)) as counted;

  delete from summary_dirty where id = any(ids);
  return cardinality(cameras);
end $$;

-- So too what counts an event again and what settles detections: each knows the time it is about.
alter function refresh_event_findings(uuid) set plan_cache_mode = force_custom_plan;
alter function settle_detections(uuid[], timestamptz[]) set plan_cache_mode = force_custom_plan;
