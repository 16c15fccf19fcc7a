-- Reports of a project over a span of days: each a page that stands alone, written by a job and kept as a blob.
create table reports (
  id           uuid primary key,
  project_id   int not null references projects,
  account_id   int not null references accounts,
  from_date    date not null,
  to_date      date not null check (to_date >= from_date),
  interval_minutes int not null check (interval_minutes between 1 and 1440),
  unconfirmed  boolean not null,                                       -- models' findings count whatever their score
  state        smallint not null default 1 check (state in (1, 2, 3, 4)), -- 1 waits, 2 runs, 3 ready, 4 failed
  steps_done   int not null default 0,
  steps        int not null default 0,
  size_bytes   bigint not null default 0,
  problem      text,
  created_at   timestamptz not null default now(),
  ended_at     timestamptz
);
create index on reports (project_id, created_at desc);
