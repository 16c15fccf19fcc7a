-- Watching the fleet: heartbeats by the hour, what is estimated from them, and restarts that nobody ordered.

alter table camera_states
  add column spool_capacity_bytes bigint,
  add column dead_count bigint,
  add column dropped_count bigint,
  add column free_memory_bytes bigint,
  add column reset_cause smallint,
  -- Estimated now and then from the camera's own history; null: not known.
  add column battery_days real,
  add column send_bytes_per_second real;

create table telemetry_hours (
  camera_id          int not null,
  hour               timestamptz not null,                             -- its beginning
  beats              int not null,
  first_at           timestamptz not null,
  last_at            timestamptz not null,
  battery_mv         int,                                              -- mean
  battery_percent    real,                                             -- mean
  temperature_tenths smallint,                                         -- mean
  signal_dbm         smallint,                                         -- mean
  spool_count        bigint not null,                                  -- of the last heartbeat, as what follows
  spool_bytes        bigint not null,
  dead_count         bigint not null,
  dropped_count      bigint not null,
  clock_offset_ms    bigint,
  free_memory_bytes  bigint not null,                                  -- least
  -- What left the spool between heartbeats of this hour, and how long those times were.
  sent_bytes         bigint not null,
  sent_seconds       real not null,
  primary key (camera_id, hour)
);
create index on telemetry_hours (hour);

-- Restarts by power, brownout or watchdog; waking from sleep is none.
create table camera_resets (
  camera_id int not null references cameras,
  boot      bigint not null,
  at        timestamptz not null,
  cause     smallint not null,                                         -- WildCam.Wire WakeCauses
  primary key (camera_id, boot)
);
create index on camera_resets (at);

-- What a project wants to be told of; a kind without a row has the built-in limits.
create table alert_rules (
  project_id    int not null references projects,
  kind          smallint not null check (kind between 1 and 8),
  is_on         boolean not null,
  limit_value   int not null,
  grace_minutes int not null check (grace_minutes between 0 and 1440),
  primary key (project_id, kind)
);
create table alert_policies (
  project_id         int primary key references projects,
  quiet_from_minute  smallint check (quiet_from_minute between 0 and 1439),   -- of the project's day; null: never quiet
  quiet_until_minute smallint check (quiet_until_minute between 0 and 1439),
  check ((quiet_from_minute is null) = (quiet_until_minute is null))
);

-- One row an incident: seen, raised once its grace has passed, closed when it is over.
create table alerts (
  id              bigint generated always as identity primary key,
  project_id      int not null references projects,
  camera_id       int not null default 0,                              -- 0: of the whole project
  kind            smallint not null,
  since_at        timestamptz not null,
  raised_at       timestamptz,
  closed_at       timestamptz,
  covered_by      bigint references alerts,                            -- told as a part of that one
  acknowledged_at timestamptz,
  acknowledged_by int references accounts,
  detail          text not null,                                       -- a sentence, as it was when last seen
  last_detail_at  timestamptz not null
);
create unique index alerts_one_open on alerts (project_id, kind, camera_id) where closed_at is null;
create index on alerts (project_id, id desc) where raised_at is not null;

create table alert_mutes (
  project_id int not null references projects,
  camera_id  int not null default 0,                                   -- 0: all
  kind       smallint not null default 0,                              -- 0: all
  until_at   timestamptz not null,
  account_id int references accounts,
  primary key (project_id, camera_id, kind)
);

create table alert_channels (
  id         int generated always as identity primary key,
  project_id int not null references projects,
  kind       smallint not null check (kind between 1 and 4),           -- 1 e-mail, 2 Slack, 3 SMS, 4 webhook
  name       text not null check (length(name) between 1 and 100),
  shown      text not null,                                            -- where it leads, without its secrets
  sealed     bytea not null,                                           -- settings, encrypted under the hub's key file
  is_on      boolean not null default true,
  created_at timestamptz not null default now()
);
create index on alert_channels (project_id);

-- One message an incident, channel and occasion; the id is the webhook's idempotency key.
create table alert_messages (
  id           uuid primary key,
  project_id   int not null references projects,
  channel_id   int not null references alert_channels on delete cascade,
  alert_id     bigint references alerts,                               -- null: a test
  occasion     smallint not null check (occasion in (1, 2, 3)),        -- 1 raised, 2 over, 3 test
  subject      text not null,
  body         text not null,
  payload      jsonb not null,
  created_at   timestamptz not null default now(),
  next_at      timestamptz not null,
  attempts     int not null default 0,
  state        smallint not null default 1 check (state in (1, 2, 3)), -- 1 waiting, 2 delivered, 3 given up
  leased_until timestamptz,
  ended_at     timestamptz,
  reason       text
);
create unique index alert_messages_once on alert_messages (alert_id, channel_id, occasion) where alert_id is not null;
create index on alert_messages (next_at) where state = 1;
create index on alert_messages (project_id, created_at desc);

-- When somebody looked last: a time in which no hub ran is no camera's silence.
create table watch_rounds (
  id         boolean primary key default true check (id),
  looked_at  timestamptz not null,
  since_at   timestamptz not null                                      -- watched without a break since then
);

-- Times in which a camera did not work, proposed from its heartbeats; they count once somebody accepted them.
create table operational_gaps (
  id            bigint generated always as identity primary key,
  project_id    int not null references projects,
  camera_id     int not null references cameras,
  silent_from   timestamptz not null,                                  -- its last check-in before
  from_at       timestamptz not null,                                  -- or the last picture that it took after that
  until_at      timestamptz,                                           -- null: goes on
  cause         smallint not null check (cause in (1, 2)),             -- 1 silent, 2 many cameras at once
  state         smallint not null default 1 check (state in (1, 2, 3)),-- 1 proposed, 2 accepted, 3 rejected
  proposed_at   timestamptz not null default now(),
  decided_at    timestamptz,
  decided_by    int references accounts,
  unique (camera_id, silent_from),
  check (until_at is null or until_at > from_at)
);
create index on operational_gaps (project_id, state, from_at desc);

-- A project's own ground for its map: GeoJSON, or a picture between two corners.
create table map_grounds (
  project_id   int primary key references projects,
  content_type text not null check (content_type in ('application/geo+json', 'image/png', 'image/jpeg')),
  content      bytea not null check (length(content) <= 4194304),
  version      text not null,                                          -- of the content, for its address
  south        double precision, west double precision, north double precision, east double precision,
  changed_at   timestamptz not null default now()
);
