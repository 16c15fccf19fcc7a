-- Telling people that a species came: rules, what they found, and browsers that want to be told.

-- One rule: what, where, when. A shared one is the project's and tells its channels; any tells those who follow it.
create table species_alert_rules (
  id               int generated always as identity primary key,
  project_id       int not null references projects,
  account_id       int not null references accounts,                   -- who made it
  is_shared        boolean not null,
  name             text not null check (length(name) between 1 and 100),
  category         smallint not null check (category in (1, 2, 3)),    -- 1 animal, 2 person, 3 vehicle
  taxon_id         int references taxa,                                -- null: any
  site_id          int references sites,                               -- null: anywhere
  from_minute      smallint check (from_minute between 0 and 1439),    -- of the site's day; null: at any hour
  until_minute     smallint check (until_minute between 0 and 1439),
  group_min        smallint not null check (group_min between 1 and 1000),
  rare_days        smallint check (rare_days between 1 and 3650),      -- not seen at that place for so long; null: always
  score_min        real not null check (score_min between 0 and 1),    -- of a model's finding
  cooldown_minutes int not null check (cooldown_minutes between 0 and 10080),
  late_days        smallint not null check (late_days between 1 and 30),
  is_on            boolean not null default true,
  muted_until      timestamptz,
  created_at       timestamptz not null default now(),
  check ((from_minute is null) = (until_minute is null)),
  check (taxon_id is null or category = 1)
);
create index on species_alert_rules (project_id);

-- Who is told of a rule's findings on channels of their own.
create table species_alert_followers (
  rule_id    int not null references species_alert_rules on delete cascade,
  account_id int not null references accounts,
  primary key (rule_id, account_id)
);

-- One row an event and rule, for ever: what is corrected afterwards is not told again.
create table species_alerts (
  id          bigint generated always as identity primary key,
  rule_id     int not null references species_alert_rules on delete cascade,
  project_id  int not null references projects,
  event_id    uuid not null references events on delete cascade,
  site_id     int references sites,
  taxon_id    int references taxa,
  category    smallint not null,
  count       int not null,
  source      smallint not null,
  confidence  real,
  capture_id  uuid not null,
  seen_at     timestamptz not null,                                    -- when the event began
  raised_at   timestamptz not null,
  is_told     boolean not null,                                        -- false: within the cooldown, or muted
  unique (rule_id, event_id)
);
create index on species_alerts (project_id, id desc);
create index on species_alerts (event_id);
create index on species_alerts (rule_id, raised_at desc) where is_told;

-- Events whose findings changed, appended in the transaction that changed them; judged once they rest.
create table species_alert_marks (
  id       bigint generated always as identity primary key,
  event_id uuid not null,
  made_at  timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- A statement's findings at once; where a project has no rule, or the event is older than any rule wants, nothing is
-- noted.
create function note_species_alerts() returns trigger language plpgsql as $$
begin
  if exists (select from species_alert_rules where is_on) then
    insert into species_alert_marks (event_id)
    select distinct f.event_id from found f
    where f.category in (1, 2, 3) and f.started_at > now() - interval '31 days'
      and exists (select from species_alert_rules r where r.project_id = f.project_id and r.is_on);
  end if;
  return null;
end $$;
create trigger event_findings_alert after insert on event_findings
  referencing new table as found for each statement execute function note_species_alerts();

-- Channels of one person beside those of the project: their own address, their browsers (5: Web Push).
alter table alert_channels
  drop constraint alert_channels_kind_check,
  add constraint alert_channels_kind_check check (kind between 1 and 5),
  add column account_id int references accounts,                       -- null: the project's
  add column endpoint_hash bytea check (length(endpoint_hash) = 32),   -- SHA-256 of a browser's address
  add constraint alert_channels_push_check check (kind <> 5 or (account_id is not null and endpoint_hash is not null));
create unique index alert_channels_browser on alert_channels (project_id, account_id, endpoint_hash)
  where endpoint_hash is not null;
create unique index alert_channels_own_mail on alert_channels (project_id, account_id) where kind = 1 and account_id is not null;

alter table alert_messages add column species_alert_id bigint references species_alerts on delete cascade;
create unique index alert_messages_species_once on alert_messages (species_alert_id, channel_id)
  where species_alert_id is not null;

-- The key by which push services know this hub (RFC 8292), made when it is first needed.
create table push_keys (
  id         boolean primary key default true check (id),
  public_key bytea not null check (length(public_key) = 65),
  sealed     bytea not null,                                           -- the private key, under the hub's key folder
  created_at timestamptz not null default now()
);
