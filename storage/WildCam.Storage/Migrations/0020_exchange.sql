-- Taking data out, and what must not be seen by everyone.

-- Who sees people on pictures: this role and those above; the others see them blurred.
alter table projects add column people_role smallint not null default 2 check (people_role in (1, 2, 3));

-- Where such a species was found, coordinates are snapped to a coarse grid for all but managers.
alter table project_species add column is_sensitive boolean not null default false;

create index event_findings_site on event_findings (site_id, taxon_id) where taxon_id <> 0;

-- Sites with the coordinates that may be shown to everyone: the middle of a cell of a tenth of a degree where a
-- sensitive species was found.
create view site_coordinates as
select s.id as site_id, s.project_id, s.latitude, s.longitude, h.is_sensitive,
  case when not h.is_sensitive then s.latitude when s.latitude = 90 then 89.95
    else floor(s.latitude * 10) / 10 + 0.05 end as shown_latitude,
  case when not h.is_sensitive then s.longitude when s.longitude = 180 then 179.95
    else floor(s.longitude * 10) / 10 + 0.05 end as shown_longitude
from sites s
cross join lateral (
  select exists (
    select from project_species p
    where p.project_id = s.project_id and p.is_sensitive and exists (
      select from event_findings f where f.site_id = s.id and f.taxon_id = p.taxon_id and f.taxon_id <> 0)
  ) as is_sensitive) h;

-- Whether a picture is hidden from those who may not see people. A person's decision tells; without one it is hidden if
-- any model said person, or if nobody looked who would know one: background difference does not. A capture that is not
-- in this view was never looked at and is hidden.
create view capture_people as
select d.capture_id, d.captured_at,
  case when bool_or(d.is_current and d.source <> 1) then bool_or(d.is_current and d.category = 2)
    else bool_or(d.category = 2) or not bool_or(d.source = 1 and m.family <> 'background') end as is_hidden
from wildlife_detections d left join models m on m.id = d.model_id
group by d.capture_id, d.captured_at;

-- Files that people asked for. The bytes lie as blobs of one size each, exports/<id>/00000 and on.
create table exports (
  id          uuid primary key,
  project_id  int not null references projects,
  account_id  int not null references accounts,
  format      text not null,                                           -- camtrap-dp, csv, darwin-core, …
  wish        jsonb not null,                                          -- what is in it and how it is protected
  file_name   text not null,
  state       smallint not null default 1 check (state in (1, 2, 3, 4, 5)), -- 1 waits, 2 runs, 3 ready, 4 failed, 5 gone
  rows_done   bigint not null default 0,
  rows_about  bigint not null default 0,
  left_out    bigint not null default 0,                               -- captures that the format cannot hold
  size_bytes  bigint not null default 0,
  part_bytes  int not null default 0,
  problem     text,
  created_at  timestamptz not null default now(),
  ended_at    timestamptz,
  expires_at  timestamptz
);
create index on exports (project_id, created_at desc);
create index on exports (expires_at) where part_bytes > 0;

-- Files that came in by name: cards and predictions are matched with it.
create index captures_file on captures (project_id, file_name) where file_name is not null;

-- As before (see 0005), and predictions that were made elsewhere and brought in count too: after people, the simulator
-- and an active model that knows animals, but before mere movement; of two the newer.
create or replace function settle_detections(capture_ids uuid[], times timestamptz[]) returns void language plpgsql
set plan_cache_mode = force_custom_plan as $$
declare
  first timestamptz := (select min(t) from unnest(times) t);
  last timestamptz := (select max(t) from unnest(times) t);
  active int := coalesce((select id from models where is_active and family <> 'background'), -1);
  embedded int := coalesce((select id from models where is_active and family = 'background'), -1);
  imported int[] := array(select id from models where family = 'imported');
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
    where case when source = 1 then model_id in (active, embedded) or model_id = any(imported)
      else not exists (select from identifications u where u.undoes = seen.identification_id) end
    order by capture_id,
      case source when 2 then 1 when 3 then 2 else case model_id when active then 3 when embedded then 5 else 4 end end,
      identification_id desc, model_id desc)
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

-- Packages of others (Camtrap DP) that were brought in, row by row as they were, so that they go out again whole.
create table packages (
  id         uuid primary key,
  project_id int not null references projects,
  account_id int not null references accounts,
  name       text not null,
  title      text not null,
  descriptor jsonb not null,
  created_at timestamptz not null default now(),
  unique (project_id, name)
);

create table package_rows (
  project_id int not null references projects,
  kind       smallint not null check (kind in (1, 2, 3)),              -- 1 deployments, 2 media, 3 observations
  key        text not null,
  package_id uuid not null references packages on delete cascade,
  fields     jsonb not null,                                           -- by column; empty ones are left out
  primary key (project_id, kind, key)
);
create index on package_rows (package_id);

-- What a token for a program is limited to; null: to nothing but its account's rights.
alter table api_tokens add column scopes text[];
