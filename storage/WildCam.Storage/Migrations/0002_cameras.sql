-- Cameras, the places they stand at, and the species that a project looks for.

create extension if not exists btree_gist;

create table sites (
  id         int generated always as identity primary key,
  project_id int not null references projects,
  slug       text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,47}$'),
  name       text not null check (length(name) between 1 and 100),
  latitude   double precision check (latitude between -90 and 90),
  longitude  double precision check (longitude between -180 and 180),
  time_zone  text not null,                                            -- IANA
  created_at timestamptz not null default now(),
  unique (project_id, slug)
);

create table cameras (
  id                 int generated always as identity primary key,
  project_id         int not null references projects,
  code               text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,31}$'),  -- MQTT user name and topic level
  name               text not null check (length(name) between 1 and 100),
  board              smallint not null default 0,                      -- WildCam.Wire Boards
  password_hash      bytea check (length(password_hash) = 32),         -- SHA-256 of 32 random bytes; null: none issued
  password_issued_at timestamptz,
  heartbeat_seconds  int not null default 3600 check (heartbeat_seconds between 30 and 86400),
  created_at         timestamptz not null default now(),
  changed_at         timestamptz not null default now(),               -- hubs poll by it to forget old credentials
  revoked_at         timestamptz
);
create index on cameras (project_id);
create index on cameras (changed_at);

-- Where a camera stood, and when. A move ends one deployment and begins the next; history is never edited.
create table deployments (
  id         int generated always as identity primary key,
  project_id int not null references projects,
  camera_id  int not null references cameras,
  site_id    int not null references sites,
  from_at    timestamptz not null,
  until_at   timestamptz,
  exclude using gist (camera_id with =, tstzrange(from_at, until_at) with &&)
);
create index on deployments (site_id);

-- What is known of a camera now; updated often, so apart from the camera itself.
create table camera_states (
  camera_id         int primary key references cameras,
  last_seen_at      timestamptz,
  last_hello_at     timestamptz,
  last_capture_at   timestamptz,                                       -- received
  next_contact_at   timestamptz,                                       -- announced by the camera
  lost_at           timestamptz,                                       -- connection broke off; null: said goodbye or is here
  boot              bigint not null default 0,                         -- newest heard; with session it orders hello and will
  session           bigint not null default 0,
  heartbeat_boot    bigint not null default 0,                         -- newest heartbeat: boot and sequence
  heartbeat_sequence bigint not null default 0,
  firmware          text,
  config_version    bigint not null default 0,
  battery_mv        int,
  battery_percent   smallint,
  temperature_tenths smallint,
  signal_dbm        smallint,
  spool_count       bigint,
  spool_bytes       bigint,
  clock_offset_ms   bigint                                             -- camera minus hub
) with (fillfactor = 50);

-- Fences take-overs: a hub holds a camera's connection only while its row says so.
create table camera_sessions (
  camera_id    int primary key references cameras,
  hub_id       uuid not null,
  sequence     bigint not null,
  connected_at timestamptz not null default now()
);
create sequence camera_session_sequence;

create table hubs (
  id         uuid primary key,
  name       text not null,
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now()
);

create table camera_spools (
  spool_id  bigint primary key,                                        -- the u64 of the wire, its bits as a signed number
  camera_id int not null references cameras,
  issued_at timestamptz not null default now()
);

-- What an epoch's second 0 was in hub time; told by the first hello of the epoch.
create table clock_epochs (
  camera_id   int not null references cameras,
  epoch       bigint not null,
  zero_at     timestamptz not null,
  anchored_at timestamptz not null default now(),
  primary key (camera_id, epoch)
);

create table taxa (
  id              int generated always as identity primary key,
  slug            text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,99}$'),
  scientific_name text not null unique,
  rank            text not null default 'species',
  parent_id       int references taxa
);
create table taxon_names (
  taxon_id int not null references taxa,
  language text not null,
  name     text not null,
  is_main  boolean not null default true,
  primary key (taxon_id, language, name)
);
create table project_species (
  project_id int not null references projects,
  taxon_id   int not null references taxa,
  primary key (project_id, taxon_id)
);
