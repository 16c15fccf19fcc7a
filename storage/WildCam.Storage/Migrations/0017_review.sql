-- Review: what waits for a person, who is at it, and decisions that can be sent twice.

-- A client names its decision before it is sent, so that one that is sent again is the same decision. Decisions of one
-- step (many events at once) share a batch. The version is the event's after the decision: what is newer than the
-- version that somebody saw is a conflict only if another person decided.
alter table identifications
  add column client_key uuid,
  add column batch uuid,
  add column model_id int references models,                           -- whose suggestion was taken
  add column event_version int;
create unique index on identifications (account_id, client_key) where client_key is not null;
create index on identifications (batch) where batch is not null;
create index on identifications (project_id, account_id, created_at desc);

-- Whether any of its pictures waits for a person. Generated, so that every writer of the count keeps it; an update that
-- leaves it as it was stays a heap-only one.
alter table events
  add column is_open boolean not null generated always as (undecided_count > 0) stored,
  add column models_disagree boolean not null default false;
create index events_open on events (project_id, started_at desc, id desc) where is_open and merged_into is null;

-- An event that is shown to one person in review is shown to no other meanwhile.
create table review_reservations (
  event_id       uuid primary key,
  project_id     int not null references projects,
  account_id     int not null references accounts,
  reserved_until timestamptz not null
);
create index on review_reservations (project_id, reserved_until);

-- Somebody asks others what an event shows; a later decision of another person, or the asker's, answers it.
create table event_questions (
  id         bigint generated always as identity primary key,
  project_id int not null references projects,
  event_id   uuid not null references events on delete cascade,
  account_id int not null references accounts,
  client_key uuid not null,
  text       text not null check (length(text) <= 2000),
  asked_at   timestamptz not null default now(),
  closed_at  timestamptz,
  unique (account_id, client_key)
);
create index on event_questions (event_id);
create index on event_questions (project_id) where closed_at is null;

-- As before (see 0005), and whether the models disagree.
create or replace function refresh_event_findings(event uuid) returns void language plpgsql
set plan_cache_mode = force_custom_plan as $$
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
  decided as (select count(*)::int as captures from said where by_person),
  -- The strongest claim of each model; a model that says no more than Animal contradicts no species.
  claims as (
    select distinct on (d.model_id) d.category, d.taxon_id
    from of_event c
    join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
      and d.captured_at between e.started_at and e.ended_at
    where d.source = 1 and d.category <> 5
      and (select count(*) > 1 from models where family <> 'background')
    order by d.model_id, d.category = 4, d.taxon_id is null, d.confidence desc nulls last),
  claimed as (select count(distinct category) > 1 or count(distinct taxon_id) > 1 as disagree from claims)
  update events set best_capture_id = best.id, best_captured_at = best.captured_at,
    undecided_count = e.capture_count - decided.captures, models_disagree = claimed.disagree,
    decided_at = case when decided.captures > 0 then coalesce(e.decided_at, now()) end
  from best, decided, claimed
  where events.id = event;
end $$;

-- What a project calls its species: a short code, and names that lead to the accepted one.
alter table project_species add column code text check (code ~ '^[A-Za-z0-9]{1,12}$');
create unique index on project_species (project_id, lower(code)) where code is not null;
create table species_synonyms (
  project_id int not null,
  taxon_id   int not null,
  name       text not null check (length(name) between 1 and 100),
  primary key (project_id, name),
  foreign key (project_id, taxon_id) references project_species on delete cascade
);
create index on species_synonyms (project_id, taxon_id);

-- What people say beside their decisions. Comments are for the project, a favourite is a person's own.
create table comments (
  id         bigint generated always as identity primary key,
  project_id int not null references projects,
  event_id   uuid not null references events on delete cascade,
  capture_id uuid,                                                     -- null: on the whole event
  account_id int not null references accounts,
  client_key uuid not null,
  text       text not null check (length(text) between 1 and 2000),
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  unique (account_id, client_key)
);
create index on comments (event_id);

create table favourites (
  account_id int not null references accounts,
  event_id   uuid not null references events on delete cascade,
  project_id int not null references projects,
  created_at timestamptz not null default now(),
  primary key (account_id, event_id)
);
create index on favourites (event_id);
