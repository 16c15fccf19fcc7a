-- One step over many events: a decision, a tag or a favourite. What it is about is fixed when it begins, so that what
-- arrives meanwhile is not swept along; the version that was seen then makes later changes by others stand.
create table bulk_steps (
  id         uuid primary key,                                         -- the page's own name for it
  project_id int not null references projects,
  account_id int not null references accounts,
  kind       smallint not null check (kind in (1, 2, 3)),              -- 1 decision, 2 tag, 3 favourite
  what       jsonb not null,                                           -- findings, or the tag
  text       text not null,                                            -- in words, for people
  state      smallint not null default 1 check (state between 1 and 4), -- 1 doing, 2 done, 3 undoing, 4 undone
  total      int not null,
  done       int not null default 0,
  skipped    int not null default 0,                                   -- somebody else changed them meanwhile
  created_at timestamptz not null default now(),
  ended_at   timestamptz
);
create index on bulk_steps (project_id, created_at desc);

create table bulk_targets (
  step_id       uuid not null references bulk_steps on delete cascade,
  event_id      uuid not null,
  version       int not null,
  capture_count int not null,
  state         smallint not null default 1 check (state between 1 and 4), -- 1 waits, 2 done, 3 skipped, 4 undone
  primary key (step_id, event_id)
);
create index on bulk_targets (step_id, state);

create table tags (
  id         int generated always as identity primary key,
  project_id int not null references projects,
  name       text not null check (length(name) between 1 and 50)
);
create unique index on tags (project_id, lower(name));

create table event_tags (
  tag_id     int not null references tags on delete cascade,
  event_id   uuid not null references events on delete cascade,
  account_id int not null references accounts,
  created_at timestamptz not null default now(),
  primary key (tag_id, event_id)
);
create index on event_tags (event_id);

-- An animal that people know by sight.
create table individuals (
  id         int generated always as identity primary key,
  project_id int not null references projects,
  name       text not null check (length(name) between 1 and 100)
);
create unique index on individuals (project_id, lower(name));

create table individual_sightings (
  individual_id int not null references individuals on delete cascade,
  event_id      uuid not null references events on delete cascade,
  account_id    int not null references accounts,
  created_at    timestamptz not null default now(),
  primary key (individual_id, event_id)
);
create index on individual_sightings (event_id);
