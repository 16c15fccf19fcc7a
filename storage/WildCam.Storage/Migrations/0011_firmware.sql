-- Firmware: whose is taken, what there is, and how it comes to the cameras.

create table firmware_publishers (
  id         int generated always as identity primary key,
  name       text not null unique check (length(name) between 1 and 100),
  public_key bytea not null unique,                                    -- ECDSA P-256, SubjectPublicKeyInfo
  added_by   int references accounts,                                  -- null: the command line
  created_at timestamptz not null default now(),
  revoked_at timestamptz
);

create table firmware (
  id           int generated always as identity primary key,
  publisher_id int not null references firmware_publishers,
  board        smallint not null,                                      -- WildCam.Wire Boards
  major        int not null,
  minor        int not null,
  patch        int not null,
  loader_major int not null,                                           -- the oldest loader that can run it
  loader_minor int not null,
  size_bytes   int not null check (size_bytes > 0),
  digest       bytea not null check (length(digest) = 32),             -- the chain that cameras compute
  sha256       bytea not null check (length(sha256) = 32),
  blob_path    text not null,
  notes        text not null default '' check (length(notes) <= 10000),
  added_by     int references accounts,
  added_at     timestamptz not null default now(),
  unique (board, major, minor, patch)
);

-- The key under which the hub vouches for firmware to one camera; sealed under a key file outside of the database.
create table camera_update_keys (
  camera_id   int primary key references cameras,
  sealed_key  bytea not null,
  issued_at   timestamptz not null default now(),
  last_number bigint not null default 0                                -- of its offers; it only rises
);

create sequence firmware_offer_ids;                                    -- the bundle id of the wire: one for each offer

create table rollouts (
  id          int generated always as identity primary key,
  project_id  int not null references projects,
  firmware_id int not null references firmware,
  replaces    int references rollouts,                                 -- the rollout that this one rolls back
  plan        jsonb not null,
  state       smallint not null default 1 check (state in (1, 2, 3, 4, 5)), -- running, paused, stopped, cancelled, done
  stop_reason smallint not null default 0,
  stop_step   smallint,
  version     int not null default 1,                                  -- what two admins at once are told by
  started_by  int references accounts,
  started_at  timestamptz not null,
  changed_by  int references accounts,                                 -- null: by itself, or the command line
  changed_at  timestamptz not null,
  expires_at  timestamptz not null,
  ended_at    timestamptz
);
create index on rollouts (project_id, id desc);
create index on rollouts (id) where ended_at is null;

create table rollout_steps (
  rollout_id int not null references rollouts,
  step       smallint not null,
  begun_at   timestamptz,
  enough_at  timestamptz,
  forgiven   int not null default 0,                                   -- failures that somebody saw and went on
  excused    int not null default 0,                                   -- the same of missed cameras
  primary key (rollout_id, step)
);

create table rollout_cameras (
  rollout_id     int not null references rollouts,
  camera_id      int not null references cameras,
  step           smallint not null,
  state          smallint not null check (state between 1 and 11),
  since          timestamptz not null,
  deadline_at    timestamptz,
  reason         smallint not null default 0,
  code           int not null default 0,
  version_before text,
  reported       text,
  new_version_at timestamptz,
  is_confirmed   boolean not null default false,
  received_bytes bigint not null default 0,
  attempts       smallint not null default 1,
  offers         smallint not null default 0,
  offer_id       bigint,
  offer_number   bigint,
  offered_at     timestamptz,
  must_withdraw  boolean not null default false,
  primary key (rollout_id, camera_id)
);
-- A camera is updated by one rollout at a time.
create unique index rollout_cameras_open on rollout_cameras (camera_id) where state < 8;
create index on rollout_cameras (camera_id);
create index on rollout_cameras (rollout_id, deadline_at) where deadline_at is not null;

create table rollout_history (
  id         bigint generated always as identity primary key,
  rollout_id int not null references rollouts,
  camera_id  int references cameras,                                   -- null: of the rollout as a whole
  account_id int references accounts,                                  -- null: by itself
  at         timestamptz not null,
  word       text not null,                                            -- started, step, stopped, good, failed, …
  detail     jsonb not null default '{}'
);
create index on rollout_history (rollout_id, id desc);
create index on rollout_history (rollout_id, camera_id, id desc);
