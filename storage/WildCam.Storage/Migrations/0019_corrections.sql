-- Wrong clocks, put right by a person: what the device claimed stays, the estimate moves by an offset, and every move can
-- be taken back.
create table clock_corrections (
  id         uuid primary key,                                         -- the page's own name for it
  project_id int not null references projects,
  camera_id  int not null references cameras,
  account_id int not null references accounts,
  from_at    timestamptz not null,                                     -- of the times before the correction
  until_at   timestamptz not null,
  offset_ms  bigint not null,                                          -- added to what the device claimed
  state      smallint not null default 1 check (state between 1 and 4), -- 1 doing, 2 done, 3 undoing, 4 undone
  total      int not null,
  done       int not null default 0,
  created_at timestamptz not null default now(),
  ended_at   timestamptz
);
create index on clock_corrections (project_id, created_at desc);

-- Where a capture was before, for the undo and for whoever exports timestamp issues.
create table clock_moves (
  correction_id  uuid not null references clock_corrections,
  capture_id     uuid not null,
  captured_at    timestamptz not null,
  clock_quality  smallint not null,
  primary key (correction_id, capture_id)
);
create index on clock_moves (capture_id);
alter table captures add column clock_correction_id uuid;
create index captures_unchecked on captures (project_id, camera_id, captured_at) where clock_quality in (3, 4);

-- The same box at the same camera for hours is a branch, not an animal. Model rows that lie so do not count while the
-- suppression stands; they stay as they are.
create table suppressions (
  id         uuid primary key,
  project_id int not null references projects,
  camera_id  int not null references cameras,
  account_id int not null references accounts,
  category   smallint not null,
  box_x      real not null,
  box_y      real not null,
  box_width  real not null,
  box_height real not null,
  from_at    timestamptz not null,                                     -- of captures; onward until it is lifted
  created_at timestamptz not null default now(),
  lifted_at  timestamptz,
  -- Captures up to here were settled again since the last change; null: all.
  settled_until timestamptz
);
create index on suppressions (camera_id) where lifted_at is null;
create index on suppressions (project_id, created_at desc);

-- How much of two boxes is common to both, 0 to 1.
create function box_overlap(x1 real, y1 real, w1 real, h1 real, x2 real, y2 real, w2 real, h2 real) returns real
language sql immutable parallel safe as $$
  select coalesce(shared / nullif(w1 * h1 + w2 * h2 - shared, 0), 0)::real
  from (select greatest(0, least(x1 + w1, x2 + w2) - greatest(x1, x2))
    * greatest(0, least(y1 + h1, y2 + h2) - greatest(y1, y2)) as shared) common
$$;

-- As before (see 0005), and a model's row that is suppressed does not count.
create or replace function settle_detections(capture_ids uuid[], times timestamptz[]) returns void language plpgsql
set plan_cache_mode = force_custom_plan as $$
declare
  first timestamptz := (select min(t) from unnest(times) t);
  last timestamptz := (select max(t) from unnest(times) t);
  active int := coalesce((select id from models where is_active), -1);
  event uuid;
begin
  with seen as (
    select d.capture_id, d.captured_at, d.model_id, d.identification_id, d.ordinal, d.source,
      d.source = 1 and exists (
        select from suppressions s
        where s.camera_id = d.camera_id and s.lifted_at is null and s.category = d.category
          and d.captured_at >= s.from_at
          and box_overlap(s.box_x, s.box_y, s.box_width, s.box_height, d.box_x, d.box_y, d.box_width, d.box_height)
            >= 0.6) as suppressed
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
    and d.identification_id = seen.identification_id and d.ordinal = seen.ordinal
    and d.captured_at between first and last
    and d.is_current <> (chosen.capture_id is not null and not seen.suppressed);

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

-- Two names of a project's list that are one species. What was said stays beside what it counts as; no row counts under
-- a name that was merged, whoever writes it.
create table species_merges (
  id         int generated always as identity primary key,
  project_id int not null references projects,
  from_taxon int not null references taxa,
  into_taxon int not null references taxa check (into_taxon <> from_taxon),
  account_id int not null references accounts,
  created_at timestamptz not null default now(),
  undone_at  timestamptz
);
create unique index on species_merges (project_id, from_taxon) where undone_at is null;
alter table wildlife_detections add column said_taxon_id int;

create function merge_taxon() returns trigger language plpgsql as $$
declare
  said int := coalesce(new.said_taxon_id, new.taxon_id);
  merged int := (
    select m.into_taxon from species_merges m
    where m.project_id = new.project_id and m.from_taxon = said and m.undone_at is null);
begin
  new.taxon_id := coalesce(merged, said);
  new.said_taxon_id := case when merged is not null then said end;
  return new;
end $$;
create trigger merge_taxon before insert or update of is_current on wildlife_detections
  for each row when (new.is_current and new.taxon_id is not null) execute function merge_taxon();
