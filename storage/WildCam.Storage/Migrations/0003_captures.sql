-- Captures and their identity.

-- Partitions by UTC month. Ours are named <table>_YYYY_MM and hold [month, next month).
create function ensure_month(parent text, month date) returns boolean language plpgsql as $$
declare
  lower date := date_trunc('month', month);
  name text := parent || to_char(lower, '_YYYY_MM');
begin
  if to_regclass(name) is not null then return false; end if;
  perform pg_advisory_xact_lock(hashtext('ensure_month'), hashtext(parent));
  -- Whoever held the lock may have made it. to_regclass asks this session's cache, which need not know of it yet.
  if exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname = name) then return false; end if;
  execute format('create table %I partition of %I for values from (%L) to (%L)', name, parent,
    lower::timestamp at time zone 'UTC', (lower + interval '1 month')::timestamp at time zone 'UTC');
  return true;
end $$;

-- One narrow row a capture, for ever: unique keys on a partitioned table must hold the partition key, so the device's
-- id is unique here. Retention and erasure leave the row as a tombstone (state), so that a resend is a duplicate.
create table capture_identities (
  id                uuid primary key,                                  -- public id, UUID version 7, given at ingest
  device_capture_id bytea not null unique check (length(device_capture_id) = 16),  -- spool id and counter, as on the wire
  camera_id         int not null references cameras,
  captured_at       timestamptz not null,                              -- current; the key into captures
  size_bytes        int not null,
  digest            bytea not null check (length(digest) = 32),        -- the wire's digest chain
  state             smallint not null default 1 check (state in (1, 2, 3))  -- 1 stored, 2 erased, 3 expired
);

create table captures (
  id                  uuid not null,
  captured_at         timestamptz not null,                            -- best estimate; the partition key
  project_id          int not null,
  camera_id           int not null,
  deployment_id       int,
  site_id             int,
  event_id            uuid,
  device_capture_id   bytea not null,
  received_at         timestamptz not null,
  clock_quality       smallint not null,                               -- 1 anchored, 2 bounded, 3 device, 4 received (suspect)
  device_time         timestamptz,                                     -- what the camera took for the time, if in range
  clock_epoch         bigint,
  clock_seconds       bigint,
  source              smallint not null default 1,                     -- 1 camera, 2 import
  file_name           text,                                            -- of an import
  trigger             smallint not null default 0,                     -- WildCam.Wire Triggers
  burst_index         smallint not null default 1,
  burst_count         smallint not null default 1,
  is_infrared         boolean not null default false,
  battery_mv          int,
  temperature_tenths  smallint,
  size_bytes          int not null,
  sha256              bytea not null,
  blob_path           text not null,
  integrity           smallint not null default 0,                     -- 0 not looked at, 1 whole, 2 damaged, 3 undecodable
  width               int,                                             -- as shown, orientation applied
  height              int,
  lightness           smallint,                                        -- 0-15, class of the mean lightness
  thumbnail_version   smallint not null default 0,                     -- 0: none yet
  thumbnail_widths    smallint[] not null default '{}',
  exif                jsonb,
  stages_missing      int not null,                                    -- bits: 1 thumbnail, 2 exif, 4 detection, 8 event
  primary key (id, captured_at)
) partition by range (captured_at);
create index captures_camera on captures (camera_id);
create index captures_time on captures (captured_at);
create index captures_camera_time on captures (camera_id, captured_at desc);
create index captures_project_time on captures (project_id, captured_at desc, id desc);
create index captures_event on captures (event_id, captured_at);
create index captures_stages_missing on captures (captured_at) where stages_missing <> 0;

-- One visit: captures of one deployment with gaps under the project's event gap. A camera without a deployment counts as one.
create table events (
  id            uuid primary key,
  project_id    int not null references projects,
  camera_id     int not null references cameras,
  deployment_id int references deployments,
  site_id       int references sites,
  started_at    timestamptz not null,
  ended_at      timestamptz not null,
  capture_count int not null,
  best_capture_id uuid,                                                -- shown in the gallery
  best_captured_at timestamptz,
  decided_at    timestamptz,                                           -- a person decided on one of its captures or all
  undecided_count int not null default 0,                              -- captures that no person decided on: to review
  version       int not null default 1,                                -- +1 at each change; writers send the one they saw
  merged_into   uuid references events
);
create index on events (project_id, started_at desc, id desc) where merged_into is null;
create index on events (camera_id, started_at) where merged_into is null;
create index on events (site_id, started_at desc, id desc) where merged_into is null;
create index on events (merged_into) where merged_into is not null;

-- Bytes that are durable but not a capture: held for a person, with the reason, reprocessed on request.
create table quarantine_entries (
  id                uuid primary key,
  camera_id         int references cameras,
  device_capture_id bytea,
  received_at       timestamptz not null default now(),
  code              smallint not null,                                 -- WildCam.Wire ReceiptCodes
  reason            text not null,
  size_bytes        int not null,
  sha256            bytea not null,
  blob_path         text not null,
  begin_message     bytea,                                             -- the wire's begin, to take it up again
  resolved_at       timestamptz,
  resolution        text
);
create index on quarantine_entries (received_at desc) where resolved_at is null;

-- What pages are told live. The sequence is drawn under a lock after the change committed, so that its order is the
-- order of visibility and a page can catch up from the last one it saw.
create table page_events (
  sequence   bigint generated always as identity primary key,
  at         timestamptz not null default now(),
  project_id int not null,
  kind       text not null,                                            -- arrival, decision, camera
  subject    text not null,                                            -- event id, capture id or camera code
  captured_at timestamptz
);
create index on page_events (project_id, sequence);
