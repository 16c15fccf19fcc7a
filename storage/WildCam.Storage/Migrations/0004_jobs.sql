-- Persistent background work. The tables are the truth (captures.stages_missing), this is the hint that makes it fast.

-- A job that waits for its time is not ready: the ready index holds only what can be claimed at once, so that a claim
-- costs the same over a million jobs in backoff. Every state has its own partial index; state moves are its only writes.
create table jobs (
  id           bigint generated always as identity primary key,
  kind         text not null,                                          -- thumbnail, exif, detection, event, …
  subject      text not null,                                          -- what it works on, e.g. a capture id
  captured_at  timestamptz,                                            -- prunes the capture's partition
  priority     smallint not null default 0,                            -- higher first: 10 fresh, 0 backfill
  state        smallint not null default 1 check (state in (1, 2, 3, 4)), -- 1 ready, 2 running, 3 dead, 4 waiting
  run_at       timestamptz not null default now(),                     -- ready since, or waiting until
  lease_until  timestamptz,
  lease_token  bigint,                                                 -- fences: only its holder may end the job
  attempts     int not null default 0,
  run_again    boolean not null default false,                         -- enqueued while it ran
  is_alone     boolean not null default false,                         -- its worker died: never in a batch again
  reason       text,                                                   -- of the last failure
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  unique (kind, subject)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
create index jobs_ready on jobs (kind, priority desc, run_at, id) where state = 1;
create index jobs_oldest on jobs (kind, run_at, id) where state = 1;
create index jobs_leases on jobs (kind, lease_until) where state = 2;
create index jobs_dead on jobs (kind, updated_at desc) where state = 3;
create index jobs_waiting on jobs (kind, run_at) where state = 4;
create sequence job_lease_sequence;

-- Throughput for the jobs page, written about once a second by each hub.
create table job_minutes (
  kind   text not null,
  minute timestamptz not null,
  done   int not null default 0,
  failed int not null default 0,
  fresh_seconds real,                                                  -- longest time of a fresh job, enqueued to done
  primary key (kind, minute)
);
create index on job_minutes (minute);
