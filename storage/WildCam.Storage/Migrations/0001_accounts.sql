-- Who may see and do what: accounts, their roles in projects, sessions, API tokens, and the log of what was done.

create table accounts (
  id              int generated always as identity primary key,
  kind            smallint not null default 1 check (kind in (1, 2)),  -- 1 person, 2 simulator
  email           text not null unique check (length(email) <= 254),
  name            text not null check (length(name) between 1 and 100),
  password_hash   text,                                                -- null: signs in by link only
  is_admin        boolean not null default false,
  created_at      timestamptz not null default now(),
  disabled_at     timestamptz
);

create table projects (
  id                     int generated always as identity primary key,
  slug                   text not null unique check (slug ~ '^[a-z0-9][a-z0-9-]{0,47}$'),
  name                   text not null check (length(name) between 1 and 100),
  time_zone              text not null,                                -- IANA, the default for its sites
  language               text not null default 'en',
  event_gap_minutes      int not null default 30 check (event_gap_minutes between 1 and 1440),
  summary_confidence_min real not null default 0.7 check (summary_confidence_min between 0 and 1),
  is_demo                boolean not null default false,
  -- Days after which pictures expire, counted from the later of capture and arrival; null: kept for ever.
  retention_days         int check (retention_days between 1 and 36500),
  retention_keeps_decided boolean not null default true,               -- what a person decided on stays
  created_at             timestamptz not null default now()
);

create table memberships (
  project_id int not null references projects,
  account_id int not null references accounts,
  role       smallint not null check (role in (1, 2, 3)),              -- 1 viewer, 2 researcher, 3 manager
  primary key (project_id, account_id)
);
create index on memberships (account_id);

create table sign_in_links (
  token_hash bytea primary key check (length(token_hash) = 32),        -- SHA-256 of the token in the link
  account_id int references accounts,                                  -- null: first set-up
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at    timestamptz
);

create table sessions (
  token_hash bytea primary key check (length(token_hash) = 32),
  account_id int not null references accounts,
  created_at timestamptz not null default now(),
  seen_at    timestamptz not null default now(),
  expires_at timestamptz not null
);
create index on sessions (account_id);

create table api_tokens (
  id         int generated always as identity primary key,
  token_hash bytea not null unique check (length(token_hash) = 32),
  account_id int not null references accounts,
  name       text not null check (length(name) between 1 and 100),
  created_at timestamptz not null default now(),
  used_at    timestamptz,
  expires_at timestamptz,
  revoked_at timestamptz
);
create index on api_tokens (account_id);

create table audit_entries (
  id         bigint generated always as identity primary key,
  at         timestamptz not null default now(),
  account_id int references accounts,
  camera_id  int,
  project_id int,
  action     text not null,                                            -- camera.revoke, sign-in.failed, …
  subject    text not null default '',
  detail     jsonb not null default '{}'
);
create index on audit_entries (at desc);
