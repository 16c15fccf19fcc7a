-- One-time codes by which a board fetches its camera's credential, and what people did at a camera.

create table camera_enrolments (
  id               int generated always as identity primary key,
  project_id       int not null references projects,
  camera_id        int references cameras,                             -- null: whoever accepts the board says which
  fingerprint      text not null unique check (fingerprint ~ '^[0-9a-f]{16}$'),  -- no secret: on the label
  code_hash        bytea not null check (length(code_hash) = 32),      -- SHA-256 of the code's 32 random bytes
  created_at       timestamptz not null default now(),
  created_by       int references accounts,                            -- null: the command line
  expires_at       timestamptz not null,
  -- The board that came with the code last.
  asked_at         timestamptz,
  board            smallint,
  firmware         text,
  hardware_address bytea check (length(hardware_address) = 6),
  remote           text,
  accepted_at      timestamptz,                                        -- at once where the code was made for a camera
  rejected_at      timestamptz,
  -- The credential that was handed out last; the camera's own from its first sign-in on.
  issued_hash      bytea check (length(issued_hash) = 32),
  issued_at        timestamptz,
  spent_at         timestamptz,
  revoked_at       timestamptz
);
create index on camera_enrolments (project_id);
-- A camera has one open code: a new one revokes the older.
create unique index on camera_enrolments (camera_id)
  where spent_at is null and revoked_at is null and rejected_at is null;

-- Visits of people to a camera. Each has a key of its own, so that one that a phone sends twice counts once.
create table camera_visits (
  id              bigint generated always as identity primary key,
  camera_id       int not null references cameras,
  project_id      int not null references projects,
  account_id      int not null references accounts,
  visit_key       uuid not null unique,
  visited_at      timestamptz not null,                                -- by the phone, never after its arrival
  received_at     timestamptz not null default now(),
  battery_changed boolean not null default false,
  card_changed    boolean not null default false,
  note            text not null default '' check (length(note) <= 2000),
  latitude        double precision check (latitude between -90 and 90),
  longitude       double precision check (longitude between -180 and 180),
  accuracy_metres real check (accuracy_metres >= 0),
  photo_path      text,
  check ((latitude is null) = (longitude is null))
);
create index on camera_visits (camera_id, visited_at desc);
