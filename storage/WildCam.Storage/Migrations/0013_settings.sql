-- What a camera is wanted to do, and what it says that it does. The version is of what is wanted; a camera that reports
-- another one has a change to come.

create table camera_settings (
  camera_id        int primary key references cameras,
  version          bigint not null default 0 check (version between 0 and 4294967295),
  desired          jsonb,                                              -- null: nothing is wanted, it does as it was built
  desired_by       int references accounts,                            -- null: the command line, or the hub
  desired_at       timestamptz,
  sent_at          timestamptz,                                        -- of this version; null: not yet
  reported_version bigint,                                             -- null: never heard
  reported         jsonb,
  refused          jsonb not null default '{}',                        -- field: code, of the last version that it heard
  reported_at      timestamptz,                                        -- since it says so
  check (desired is not null or version = 0)
);
