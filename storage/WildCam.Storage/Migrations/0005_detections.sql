-- What is on a picture, who says so, and the day's sums.

create table models (
  id         int generated always as identity primary key,
  name       text not null,
  version    text not null,
  family     text not null,                                            -- background, yolox, yolov5, yolov10, rtdetr, …
  sha256     bytea,
  manifest   jsonb not null,
  blob_path  text,                                                     -- of the weights; null for the embedded one
  is_active  boolean not null default false,
  problem    text,                                                     -- why it cannot be used
  added_at   timestamptz not null default now(),
  -- Captures before this time are still to be looked at by the active model; null: none.
  backfill_before timestamptz,
  unique (name, version)
);
create unique index on models (is_active) where is_active;
insert into models (name, version, family, manifest, is_active)
  values ('background-difference', '1', 'background', '{}', true);

-- Who decided on an event or a capture, and when. Never changed; an undo is another one.
create table identifications (
  id         bigint generated always as identity primary key,
  project_id int not null references projects,
  account_id int not null references accounts,
  source     smallint not null check (source in (2, 3)),               -- as in wildlife_detections
  event_id   uuid,
  capture_id uuid,
  created_at timestamptz not null default now(),
  undoes     bigint references identifications
);
create index on identifications (event_id);
create index on identifications (capture_id);
create unique index on identifications (undoes) where undoes is not null;

-- One row a thing on a picture as one source sees it: a model run (model_id) or a decision (identification_id).
-- Versioned by author, never overwritten: is_current says which rows count, by a person's decision, else the
-- simulator's, else the active model's. A blank is a row too; "not looked at yet" is the absence of any.
create table wildlife_detections (
  capture_id        uuid not null,
  captured_at       timestamptz not null,
  model_id          int not null default 0,
  identification_id bigint not null default 0,
  ordinal           smallint not null default 0,
  source            smallint not null check (source in (1, 2, 3)),     -- 1 model, 2 person, 3 simulator
  project_id        int not null,
  camera_id         int not null,
  site_id           int,
  event_id          uuid,
  category          smallint not null check (category between 1 and 5), -- 1 animal, 2 person, 3 vehicle, 4 blank, 5 movement
  taxon_id          int,
  confidence        real check (confidence between 0 and 1),           -- of a model; null for people
  box_x             real,                                              -- 0-1 of the picture as shown, from top left
  box_y             real,
  box_width         real,
  box_height        real,
  count             smallint not null default 1 check (count between 1 and 10000),
  sex               text,
  life_stage        text,
  behavior          text,
  is_current        boolean not null,
  local_date        date not null,                                     -- of the site
  local_hour        smallint not null,
  created_at        timestamptz not null default now(),
  primary key (capture_id, model_id, identification_id, ordinal, captured_at)
) partition by range (captured_at);
create index wildlife_detections_camera on wildlife_detections (camera_id);
create index wildlife_detections_time on wildlife_detections (captured_at);
create index wildlife_detections_camera_time on wildlife_detections (camera_id, captured_at desc);
create index wildlife_detections_species_confident on wildlife_detections (taxon_id, confidence) where confidence > 0.8;
create index wildlife_detections_species_time on wildlife_detections (project_id, taxon_id, captured_at desc, capture_id desc)
  where is_current and taxon_id is not null;
create index wildlife_detections_category_time on wildlife_detections (project_id, category, captured_at desc, capture_id desc)
  where is_current;

-- What an event shows, one row a category and taxon, from the current rows of its captures; the gallery reads this.
create table event_findings (
  event_id     uuid not null references events,
  category     smallint not null,
  taxon_id     int not null default 0,                                 -- 0: none
  project_id   int not null,
  site_id      int,
  camera_id    int not null,
  started_at   timestamptz not null,                                   -- of the event
  local_hour   smallint not null,                                      -- of the event's start
  source       smallint not null,
  confidence   real,                                                   -- the highest
  count        int not null,                                           -- most in one capture
  best_capture_id  uuid not null,
  best_captured_at timestamptz not null,
  primary key (event_id, category, taxon_id)
);
create index on event_findings (project_id, taxon_id, started_at desc, event_id desc) where taxon_id <> 0;
create index on event_findings (project_id, category, started_at desc, event_id desc);

create table daily_detection_summary (
  camera_id       int not null,
  detection_date  date not null,                                       -- local date of the site
  category        smallint not null,
  taxon_id        int not null default 0,
  project_id      int not null,
  detection_count int not null,
  avg_confidence  real,                                                -- of model rows; null where only people spoke
  primary key (camera_id, detection_date, category, taxon_id)
);
create index on daily_detection_summary (project_id, taxon_id, detection_date);

-- Buckets to count again: appended in the transaction that changes detections.
create table summary_dirty (
  id             bigint generated always as identity primary key,
  camera_id      int not null,
  detection_date date not null
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
create index on summary_dirty (camera_id, detection_date);

-- Recounts what an event shows from the current rows of its captures, chooses its best picture and counts what no
-- person decided on. The caller has locked the identity rows of the captures that it changed (FOR SHARE for writers of
-- detections, FOR NO KEY UPDATE for whoever moves captures between events), so that neither misses the other's rows,
-- and calls in the order of event ids.
create function refresh_event_findings(event uuid) returns void language plpgsql as $$
declare
  e events%rowtype;
  zone text;
  middle timestamptz;
begin
  -- Two writers of one event follow each other here; each statement below sees what the other committed.
  select * into e from events where id = event for no key update;
  if not found then return; end if;
  delete from event_findings where event_id = event;
  if e.merged_into is not null then
    perform refresh_event_findings(e.merged_into);
    return;
  end if;
  middle := e.started_at + (e.ended_at - e.started_at) / 2;
  zone := coalesce((select time_zone from sites where id = e.site_id),
    (select time_zone from projects where id = e.project_id));

  with seen as (
    select d.capture_id, d.captured_at, d.category, coalesce(d.taxon_id, 0) as taxon_id, d.source, d.confidence,
      d.count, d.is_current, d.box_width * d.box_height as area
    from captures c
    join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
      and d.captured_at between e.started_at and e.ended_at
    where c.event_id = event and c.captured_at between e.started_at and e.ended_at),
  looks as (
    -- How good a picture of something it is, whoever says what it is.
    select capture_id, max(confidence) as confidence, max(area) as area from seen where category <> 4
    group by capture_id),
  per_capture as (
    select capture_id, captured_at, category, taxon_id, max(confidence) as confidence, sum(count)::int as together,
      min(case source when 2 then 1 when 3 then 2 else 3 end) as rank
    from seen where is_current
    group by capture_id, captured_at, category, taxon_id),
  findings as (
    select category, taxon_id, max(p.confidence) as confidence, max(together) as count, min(rank) as rank,
      (array_agg(p.capture_id order by l.confidence desc nulls last, l.area desc nulls last,
        abs(extract(epoch from p.captured_at - middle)), p.capture_id))[1] as best,
      count(distinct p.capture_id) as captures
    from per_capture p left join looks l on l.capture_id = p.capture_id
    group by category, taxon_id)
  insert into event_findings (event_id, category, taxon_id, project_id, site_id, camera_id, started_at, local_hour,
    source, confidence, count, best_capture_id, best_captured_at)
  select event, category, taxon_id, e.project_id, e.site_id, e.camera_id, e.started_at,
    extract(hour from e.started_at at time zone zone),
    case rank when 1 then 2 when 2 then 3 else 1 end, confidence, count, best,
    (select captured_at from per_capture p where p.capture_id = best limit 1)
  from findings
  -- An event is blank only if nothing is on any of its pictures and each was looked at.
  where category <> 4
    or (captures = e.capture_count and not exists (select from findings f where f.category <> 4));

  with of_event as (
    select id, captured_at from captures
    where event_id = event and captured_at between e.started_at and e.ended_at),
  said as (
    select d.capture_id, bool_or(d.is_current and d.source = 2) as by_person,
      bool_or(d.is_current and d.category = 1) as animal, max(d.confidence) filter (where d.category <> 4) as confidence,
      max(d.box_width * d.box_height) as area
    from of_event c
    join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
      and d.captured_at between e.started_at and e.ended_at
    group by d.capture_id),
  best as (
    select c.id, c.captured_at from of_event c left join said s on s.capture_id = c.id
    order by coalesce(s.animal, false) desc, s.confidence desc nulls last, s.area desc nulls last,
      abs(extract(epoch from c.captured_at - middle)), c.id
    limit 1),
  decided as (select count(*)::int as captures from said where by_person)
  update events set best_capture_id = best.id, best_captured_at = best.captured_at,
    undecided_count = e.capture_count - decided.captures,
    decided_at = case when decided.captures > 0 then coalesce(e.decided_at, now()) end
  from best, decided
  where events.id = event;
end $$;

-- What every writer of detections calls at the end of its transaction: says which rows of these captures count (the
-- latest decision of a person that is not undone, else the simulator's, else the active model's), marks their days for
-- the summary and recounts their events. A model's later run thus never unsets a person's decision.
create function settle_detections(capture_ids uuid[], times timestamptz[]) returns void language plpgsql as $$
declare
  first timestamptz := (select min(t) from unnest(times) t);
  last timestamptz := (select max(t) from unnest(times) t);
  active int := coalesce((select id from models where is_active), -1);
  event uuid;
begin
  with seen as (
    select d.capture_id, d.captured_at, d.model_id, d.identification_id, d.source
    from unnest(capture_ids, times) as c (id, at)
    join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.at
    where d.captured_at between first and last),
  chosen as (
    select distinct on (capture_id) capture_id, model_id, identification_id
    from seen
    where case when source = 1 then model_id = active
      else not exists (select from identifications u where u.undoes = seen.identification_id) end
    order by capture_id, case source when 2 then 1 when 3 then 2 else 3 end, identification_id desc)
  update wildlife_detections d set is_current = not d.is_current
  from seen left join chosen using (capture_id, model_id, identification_id)
  where d.capture_id = seen.capture_id and d.captured_at = seen.captured_at and d.model_id = seen.model_id
    and d.identification_id = seen.identification_id and d.captured_at between first and last
    and d.is_current <> (chosen.capture_id is not null);

  insert into summary_dirty (camera_id, detection_date)
  select d.camera_id, d.local_date
  from unnest(capture_ids, times) as c (id, at)
  join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.at
  where d.captured_at between first and last
  union
  -- Also where no row is left.
  select k.camera_id, (k.captured_at at time zone coalesce(s.time_zone, p.time_zone))::date
  from unnest(capture_ids, times) as c (id, at)
  join captures k on k.id = c.id and k.captured_at = c.at
  join projects p on p.id = k.project_id
  left join sites s on s.id = k.site_id
  where k.captured_at between first and last;

  for event in
    select distinct k.event_id from unnest(capture_ids, times) as c (id, at)
    join captures k on k.id = c.id and k.captured_at = c.at
    where k.captured_at between first and last and k.event_id is not null
    order by k.event_id
  loop
    perform refresh_event_findings(event);
  end loop;
end $$;

-- Folds dirty buckets into the daily summary; returns how many. Any number of folders may run at once: a bucket is
-- folded under its lock, the ids are claimed once the lock is held, the recount is a later statement (so it sees what
-- every claimed id announced), and only the claimed ids go. The threshold is for model rows; movement counts in its own
-- category. Counts are of individuals, so that a person's "3 foxes" equals three boxes of a model.
create function refresh_daily_summary(max_buckets int) returns int language plpgsql as $$
declare
  cameras int[];
  days date[];
  ids bigint[];
begin
  with head as materialized (
    select distinct camera_id, detection_date
    from (select camera_id, detection_date from summary_dirty order by id limit max_buckets * 100) as oldest
    limit max_buckets),
  locked as materialized (
    select camera_id, detection_date from head
    where pg_try_advisory_xact_lock(camera_id, detection_date - date '2000-01-01'))
  select array_agg(camera_id), array_agg(detection_date) into cameras, days from locked;
  if cameras is null then return 0; end if;

  select array_agg(d.id) into ids
  from unnest(cameras, days) as b (camera_id, day)
  join summary_dirty d on d.camera_id = b.camera_id and d.detection_date = b.day;
  if ids is null then return 0; end if;

  delete from daily_detection_summary s using unnest(cameras, days) as b (camera_id, day)
  where s.camera_id = b.camera_id and s.detection_date = b.day;

  -- A local date lies within one day on either side of the UTC date in every zone: the bounds prune partitions.
  insert into daily_detection_summary (camera_id, detection_date, category, taxon_id, project_id, detection_count,
    avg_confidence)
  select b.camera_id, b.day, counted.*
  from unnest(cameras, days) as b (camera_id, day)
  cross join lateral (
    select d.category, coalesce(d.taxon_id, 0), max(d.project_id), sum(d.count)::int,
      avg(d.confidence::numeric) filter (where d.source = 1)::real
    from wildlife_detections d
    join projects p on p.id = d.project_id
    where d.camera_id = b.camera_id and d.local_date = b.day and d.is_current
      and d.captured_at >= (b.day - 1)::timestamp at time zone 'UTC'
      and d.captured_at < (b.day + 2)::timestamp at time zone 'UTC'
      and (d.source <> 1 or d.confidence is null or d.confidence >= p.summary_confidence_min)
    group by d.category, coalesce(d.taxon_id, 0)) as counted;

  delete from summary_dirty where id = any(ids);
  return cardinality(cameras);
end $$;
