-- What people want of cameras: commands that wait for them, and tags to name several cameras by.

create table camera_tags (
  camera_id int not null references cameras,
  tag       text not null check (tag ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
  primary key (camera_id, tag)
);
create index on camera_tags (tag);

create table camera_commands (
  id           bigint generated always as identity primary key,        -- the id on the wire
  camera_id    int not null references cameras,
  kind         text not null,                                          -- capture-now, reboot, ...
  argument     bigint not null default 0,                              -- seconds of a preview
  capture_id   uuid,                                                   -- the stand-in whose full frame is meant
  spool_id     bigint not null default 0,                              -- of the full frame, the u64 of the wire
  counter      bigint not null default 0,
  state        smallint not null default 0 check (state between 0 and 5),  -- 0 queued, 1 delivered, 2 done, 3 refused,
                                                                       -- 4 expired, 5 withdrawn
  code         smallint not null default 0,                            -- why refused, WildCam.Wire RefusalCodes
  request_id   uuid not null,                                          -- who asks twice with the same gets the same command
  asked_by     int references accounts,                                -- null: the command line
  asked_at     timestamptz not null default now(),
  expires_at   timestamptz not null,
  sent_at      timestamptz,                                            -- last time; may be lost on the way
  delivered_at timestamptz,                                            -- the camera acknowledged it
  ended_at     timestamptz,
  unique (camera_id, request_id)
);
create index on camera_commands (camera_id, id desc);
create index on camera_commands (camera_id, id) where state in (0, 1);
