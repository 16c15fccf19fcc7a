-- Persistent background work. The tables are the truth (captures.stages_missing), this is the hint that makes it fast.

create table jobs (
  id           bigint generated always as identity primary key,
  kind         text not null,                                          -- thumbnail, exif, detection, event, summary, …
  subject      text not null,                                          -- what it works on, e.g. a capture id
  captured_at  timestamptz,                                            -- prunes the capture's partition
  priority     smallint not null default 0,                            -- higher first: 10 fresh, 0 backfill
  state        smallint not null default 1 check (state in (1, 2, 3)), -- 1 ready, 2 running, 3 dead
  run_at       timestamptz not null default now(),
  lease_until  timestamptz,
  lease_token  bigint,
  attempts     int not null default 0,
  reason       text,                                                   -- of the last failure
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  unique (kind, subject)
) with (fillfactor = 70);
create index jobs_ready on jobs (kind, priority desc, run_at, id) where state = 1;
create index jobs_oldest on jobs (kind, run_at, id) where state = 1;
create index jobs_leases on jobs (lease_until) where state = 2;
create index jobs_dead on jobs (kind, updated_at desc) where state = 3;
create sequence job_lease_sequence;

create table job_minutes (
  kind   text not null,
  minute timestamptz not null,
  done   int not null default 0,
  failed int not null default 0,
  primary key (kind, minute)
);
