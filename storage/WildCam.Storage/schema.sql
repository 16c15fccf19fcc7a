-- The whole schema after the last migration, for reading; a test holds it. Months are made later.
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';

CREATE FUNCTION public.box_overlap(x1 real, y1 real, w1 real, h1 real, x2 real, y2 real, w2 real, h2 real) RETURNS real
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
  select coalesce(shared / nullif(w1 * h1 + w2 * h2 - shared, 0), 0)::real
  from (select greatest(0, least(x1 + w1, x2 + w2) - greatest(x1, x2))
    * greatest(0, least(y1 + h1, y2 + h2) - greatest(y1, y2)) as shared) common
$$;

CREATE FUNCTION public.ensure_month(parent text, month date) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
declare
  lower date := date_trunc('month', month);
  name text := parent || to_char(lower, '_YYYY_MM');
begin
  if to_regclass(name) is not null then return false; end if;
  perform pg_advisory_xact_lock(hashtext('ensure_month'), hashtext(parent));
  -- Whoever held the lock may have made it. to_regclass asks this session's cache, which need not know of it yet.
  if exists (select from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass and c.relname = name) then return false; end if;
  execute format('create table %I partition of %I for values from (%L) to (%L)', name, parent,
    lower::timestamp at time zone 'UTC', (lower + interval '1 month')::timestamp at time zone 'UTC');
  return true;
end $$;

CREATE FUNCTION public.lineage_of(scientific_name text) RETURNS TABLE(family text, tax_order text, tax_class text)
    LANGUAGE sql STABLE
    AS $$
  select g.family, g.tax_order, g.tax_class from genera g where g.genus = split_part(scientific_name, ' ', 1)
  union all
  (select case when g.family = scientific_name then g.family end,
    case when scientific_name in (g.family, g.tax_order) then g.tax_order end, g.tax_class
  from genera g
  where scientific_name !~ ' ' and scientific_name in (g.family, g.tax_order, g.tax_class) limit 1)
$$;

CREATE FUNCTION public.merge_taxon() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
declare
  said int := coalesce(new.said_taxon_id, new.taxon_id);
  merged int := (
    select m.into_taxon from species_merges m
    where m.project_id = new.project_id and m.from_taxon = said and m.undone_at is null);
begin
  new.taxon_id := coalesce(merged, said);
  new.said_taxon_id := case when merged is not null then said end;
  return new;
end $$;

CREATE FUNCTION public.note_sighting_days() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  insert into sighting_dirty (project_id, local_date)
  select distinct f.project_id, (f.started_at at time zone coalesce(s.time_zone, p.time_zone))::date
  from changed f join projects p on p.id = f.project_id left join sites s on s.id = f.site_id
  where f.category = 1 and f.taxon_id <> 0;
  return null;
end $$;

CREATE FUNCTION public.note_species_alerts() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  if exists (select from species_alert_rules where is_on) then
    insert into species_alert_marks (event_id)
    select distinct f.event_id from found f
    where f.category in (1, 2, 3) and f.started_at > now() - interval '31 days'
      and exists (select from species_alert_rules r where r.project_id = f.project_id and r.is_on);
  end if;
  return null;
end $$;

CREATE FUNCTION public.refresh_daily_summary(max_buckets integer) RETURNS integer
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  cameras int[];
  days date[];
  ids bigint[];
  first timestamptz;
  last timestamptz;
  thresholds real[];
begin
  with head as materialized (
    select distinct camera_id, detection_date
    from (select camera_id, detection_date from summary_dirty order by id limit max_buckets * 100) as oldest
    limit max_buckets),
  locked as materialized (
    select camera_id, detection_date from head
    where pg_try_advisory_xact_lock(camera_id, detection_date - date '2000-01-01'))
  select array_agg(camera_id), array_agg(detection_date),
    min(detection_date - 1)::timestamp at time zone 'UTC', max(detection_date + 2)::timestamp at time zone 'UTC'
  into cameras, days, first, last from locked;
  if cameras is null then return 0; end if;

  select array_agg(d.id) into ids
  from unnest(cameras, days) as b (camera_id, day)
  join summary_dirty d on d.camera_id = b.camera_id and d.detection_date = b.day;
  if ids is null then return 0; end if;

  delete from daily_detection_summary s using unnest(cameras, days) as b (camera_id, day)
  where s.camera_id = b.camera_id and s.detection_date = b.day;

  -- By the project's id: a look into an array is cheaper than a join for each of a day's rows.
  thresholds := array(
    select p.summary_confidence_min
    from generate_series(1, (select max(id) from projects)) as n left join projects p on p.id = n order by n);

  -- A local date lies within one day on either side of the UTC date in every zone: the bounds leave out months.
  insert into daily_detection_summary (camera_id, detection_date, category, taxon_id, project_id, detection_count,
    avg_confidence)
  select b.camera_id, b.day, counted.*
  from unnest(cameras, days) as b (camera_id, day)
  cross join lateral (
    select d.category, coalesce(d.taxon_id, 0), max(d.project_id), sum(d.count)::int,
      avg(d.confidence::numeric) filter (where d.source = 1)::real
    from wildlife_detections d
    where d.camera_id = b.camera_id and d.local_date = b.day and d.is_current
      and d.captured_at >= first and d.captured_at < last
      and (d.source <> 1 or d.confidence is null or d.confidence >= thresholds[d.project_id])
    group by d.category, coalesce(d.taxon_id, 0)) as counted;

  delete from summary_dirty where id = any(ids);
  return cardinality(cameras);
end $$;

CREATE FUNCTION public.refresh_dirty_events(max_events integer) RETURNS TABLE(event_id uuid, project_id integer, capture_id uuid)
    LANGUAGE plpgsql
    AS $$
#variable_conflict use_column
declare
  head uuid[];
  held uuid[];
  marks bigint[];
  event uuid;
begin
  head := array(
    select distinct event_id
    from (select event_id from event_dirty order by id limit max_events * 20) as oldest
    limit max_events);
  if cardinality(head) = 0 then return; end if;

  held := array(
    select id from events where id = any(head) and merged_into is null order by id
    for no key update skip locked);
  -- Of an event that is gone, or that was merged: the merger counted the other one.
  marks := array(
    select d.id from event_dirty d
    where d.event_id = any(held)
      or d.event_id = any(head) and not exists (
        select from events e where e.id = d.event_id and e.merged_into is null));
  foreach event in array held loop
    perform refresh_event_findings(event);
  end loop;
  delete from event_dirty where id = any(marks);
  return query
    select id, e.project_id, e.best_capture_id from events e where id = any(held) and best_capture_id is not null;
end $$;

CREATE FUNCTION public.refresh_event_findings(event uuid) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  e events%rowtype;
  zone text;
  middle timestamptz;
begin
  -- Two writers of one event follow each other here; each statement below sees what the other committed.
  select * into e from events where id = event for no key update;
  if not found then return; end if;
  delete from event_findings where event_id = event;
  if e.merged_into is not null then
    perform refresh_event_findings(e.merged_into);
    return;
  end if;
  middle := e.started_at + (e.ended_at - e.started_at) / 2;
  zone := coalesce((select time_zone from sites where id = e.site_id),
    (select time_zone from projects where id = e.project_id));

  with seen as (
    select d.capture_id, d.captured_at, d.category, coalesce(d.taxon_id, 0) as taxon_id, d.source, d.confidence,
      d.count, d.is_current, d.box_width * d.box_height as area
    from captures c
    join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
      and d.captured_at between e.started_at and e.ended_at
    where c.event_id = event and c.captured_at between e.started_at and e.ended_at),
  looks as (
    -- How good a picture of something it is, whoever says what it is.
    select capture_id, max(confidence) as confidence, max(area) as area from seen where category <> 4
    group by capture_id),
  per_capture as (
    select capture_id, captured_at, category, taxon_id, max(confidence) as confidence, sum(count)::int as together,
      min(case source when 2 then 1 when 3 then 2 else 3 end) as rank
    from seen where is_current
    group by capture_id, captured_at, category, taxon_id),
  findings as (
    select category, taxon_id, max(p.confidence) as confidence, max(together) as count, min(rank) as rank,
      (array_agg(p.capture_id order by l.confidence desc nulls last, l.area desc nulls last,
        abs(extract(epoch from p.captured_at - middle)), p.capture_id))[1] as best,
      count(distinct p.capture_id) as captures
    from per_capture p left join looks l on l.capture_id = p.capture_id
    group by category, taxon_id)
  insert into event_findings (event_id, category, taxon_id, project_id, site_id, camera_id, started_at, local_hour,
    source, confidence, count, best_capture_id, best_captured_at)
  select event, category, taxon_id, e.project_id, e.site_id, e.camera_id, e.started_at,
    extract(hour from e.started_at at time zone zone),
    case rank when 1 then 2 when 2 then 3 else 1 end, confidence, count, best,
    (select captured_at from per_capture p where p.capture_id = best limit 1)
  from findings
  -- An event is blank only if nothing is on any of its pictures and each was looked at.
  where category <> 4
    or (captures = e.capture_count and not exists (select from findings f where f.category <> 4));

  with of_event as (
    select id, captured_at from captures
    where event_id = event and captured_at between e.started_at and e.ended_at),
  said as (
    select d.capture_id, bool_or(d.is_current and d.source = 2) as by_person,
      bool_or(d.is_current and d.category = 1) as animal, max(d.confidence) filter (where d.category <> 4) as confidence,
      max(d.box_width * d.box_height) as area
    from of_event c
    join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
      and d.captured_at between e.started_at and e.ended_at
    group by d.capture_id),
  best as (
    select c.id, c.captured_at from of_event c left join said s on s.capture_id = c.id
    order by coalesce(s.animal, false) desc, s.confidence desc nulls last, s.area desc nulls last,
      abs(extract(epoch from c.captured_at - middle)), c.id
    limit 1),
  decided as (select count(*)::int as captures from said where by_person),
  -- The strongest claim of each model; a model that says no more than Animal contradicts no species.
  claims as (
    select distinct on (d.model_id) d.category, d.taxon_id
    from of_event c
    join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.captured_at
      and d.captured_at between e.started_at and e.ended_at
    where d.source = 1 and d.category <> 5
      and (select count(*) > 1 from models where family <> 'background')
    order by d.model_id, d.category = 4, d.taxon_id is null, d.confidence desc nulls last),
  claimed as (select count(distinct category) > 1 or count(distinct taxon_id) > 1 as disagree from claims)
  update events set best_capture_id = best.id, best_captured_at = best.captured_at,
    undecided_count = e.capture_count - decided.captures, models_disagree = claimed.disagree,
    decided_at = case when decided.captures > 0 then coalesce(e.decided_at, now()) end
  from best, decided, claimed
  where events.id = event;
end $$;

CREATE FUNCTION public.refresh_sighting_days(max_days integer) RETURNS integer
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  projects int[];
  days date[];
  ids bigint[];
begin
  with head as materialized (
    select distinct project_id, local_date
    from (select project_id, local_date from sighting_dirty order by id limit max_days * 100) as oldest
    limit max_days),
  locked as materialized (
    -- Below zero: the daily summary locks by camera.
    select project_id, local_date from head
    where pg_try_advisory_xact_lock(-project_id, local_date - date '2000-01-01'))
  select array_agg(project_id), array_agg(local_date) into projects, days from locked;
  if projects is null then return 0; end if;

  select array_agg(d.id) into ids
  from unnest(projects, days) as b (project_id, day)
  join sighting_dirty d on d.project_id = b.project_id and d.local_date = b.day;
  if ids is null then return 0; end if;

  delete from sighting_days s using unnest(projects, days) as b (project_id, day)
  where s.project_id = b.project_id and s.local_date = b.day;

  -- A local date lies within 15 hours of the UTC date in every zone.
  insert into sighting_days (project_id, taxon_id, local_date, sightings)
  select b.project_id, packed.taxon_id, b.day, packed.sightings
  from unnest(projects, days) as b (project_id, day)
  cross join lateral (
    select l.taxon_id, string_agg(
      int4send((extract(epoch from l.started_at - b.day::timestamp at time zone 'UTC') * 1000)::int)
        || int2send((extract(hour from l.local_at) * 60 + extract(minute from l.local_at))::int2)
        || int4send(coalesce(l.site_id, -l.camera_id))
        || float4send(case when l.source = 1 then l.confidence else 'infinity' end)
        || int4send(l.count), '' order by l.started_at, l.event_id) as sightings
    from (
      select f.*, f.started_at at time zone coalesce(s.time_zone, p.time_zone) as local_at
      from event_findings f join projects p on p.id = f.project_id left join sites s on s.id = f.site_id
      where f.project_id = b.project_id and f.category = 1 and f.taxon_id <> 0
        and (f.source <> 1 or f.confidence is not null)
        and f.started_at >= b.day::timestamp at time zone 'UTC' - interval '15 hours'
        and f.started_at < (b.day + 1)::timestamp at time zone 'UTC' + interval '15 hours') as l
    where l.local_at::date = b.day
    group by l.taxon_id) as packed;

  delete from sighting_dirty where id = any(ids);
  return cardinality(projects);
end $$;

CREATE FUNCTION public.refuse_audit_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
  raise exception 'audit_entries is only added to: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;

CREATE FUNCTION public.settle_detections(capture_ids uuid[], times timestamp with time zone[]) RETURNS void
    LANGUAGE plpgsql
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
declare
  first timestamptz := (select min(t) from unnest(times) t);
  last timestamptz := (select max(t) from unnest(times) t);
  active int := coalesce((select id from models where is_active and family <> 'background'), -1);
  embedded int := coalesce((select id from models where is_active and family = 'background'), -1);
  imported int[] := array(select id from models where family = 'imported');
  event uuid;
begin
  with seen as (
    select d.capture_id, d.captured_at, d.model_id, d.identification_id, d.ordinal, d.source,
      d.source = 1 and exists (
        select from suppressions s
        where s.camera_id = d.camera_id and s.lifted_at is null and s.category = d.category
          and d.captured_at >= s.from_at
          and box_overlap(s.box_x, s.box_y, s.box_width, s.box_height, d.box_x, d.box_y, d.box_width, d.box_height)
            >= 0.6) as suppressed
    from unnest(capture_ids, times) as c (id, at)
    join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.at
    where d.captured_at between first and last),
  chosen as (
    select distinct on (capture_id) capture_id, model_id, identification_id
    from seen
    where case when source = 1 then model_id in (active, embedded) or model_id = any(imported)
      else not exists (select from identifications u where u.undoes = seen.identification_id) end
    order by capture_id,
      case source when 2 then 1 when 3 then 2 else case model_id when active then 3 when embedded then 5 else 4 end end,
      identification_id desc, model_id desc)
  update wildlife_detections d set is_current = not d.is_current
  from seen left join chosen using (capture_id, model_id, identification_id)
  where d.capture_id = seen.capture_id and d.captured_at = seen.captured_at and d.model_id = seen.model_id
    and d.identification_id = seen.identification_id and d.ordinal = seen.ordinal
    and d.captured_at between first and last
    and d.is_current <> (chosen.capture_id is not null and not seen.suppressed);

  insert into summary_dirty (camera_id, detection_date)
  select d.camera_id, d.local_date
  from unnest(capture_ids, times) as c (id, at)
  join wildlife_detections d on d.capture_id = c.id and d.captured_at = c.at
  where d.captured_at between first and last
  union
  -- Also where no row is left.
  select k.camera_id, (k.captured_at at time zone coalesce(s.time_zone, p.time_zone))::date
  from unnest(capture_ids, times) as c (id, at)
  join captures k on k.id = c.id and k.captured_at = c.at
  join projects p on p.id = k.project_id
  left join sites s on s.id = k.site_id
  where k.captured_at between first and last;

  for event in
    select distinct k.event_id from unnest(capture_ids, times) as c (id, at)
    join captures k on k.id = c.id and k.captured_at = c.at
    where k.captured_at between first and last and k.event_id is not null
    order by k.event_id
  loop
    perform refresh_event_findings(event);
  end loop;
end $$;

CREATE TABLE public.abandoned_uploads (
    camera_id integer NOT NULL,
    device_capture_id bytea NOT NULL,
    given_up_at timestamp with time zone NOT NULL,
    times integer DEFAULT 1 NOT NULL,
    size_bytes integer NOT NULL,
    received_bytes integer NOT NULL,
    CONSTRAINT abandoned_uploads_device_capture_id_check CHECK ((length(device_capture_id) = 16))
);

CREATE TABLE public.accounts (
    id integer NOT NULL,
    kind smallint DEFAULT 1 NOT NULL,
    email text NOT NULL,
    name text NOT NULL,
    password_hash text,
    is_admin boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    disabled_at timestamp with time zone,
    CONSTRAINT accounts_email_check CHECK ((length(email) <= 254)),
    CONSTRAINT accounts_kind_check CHECK ((kind = ANY (ARRAY[1, 2]))),
    CONSTRAINT accounts_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);

ALTER TABLE public.accounts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.alert_channels (
    id integer NOT NULL,
    project_id integer NOT NULL,
    kind smallint NOT NULL,
    name text NOT NULL,
    shown text NOT NULL,
    sealed bytea NOT NULL,
    is_on boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    account_id integer,
    endpoint_hash bytea,
    CONSTRAINT alert_channels_endpoint_hash_check CHECK ((length(endpoint_hash) = 32)),
    CONSTRAINT alert_channels_kind_check CHECK (((kind >= 1) AND (kind <= 5))),
    CONSTRAINT alert_channels_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT alert_channels_push_check CHECK (((kind <> 5) OR ((account_id IS NOT NULL) AND (endpoint_hash IS NOT NULL))))
);

ALTER TABLE public.alert_channels ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alert_channels_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.alert_messages (
    id uuid NOT NULL,
    project_id integer NOT NULL,
    channel_id integer NOT NULL,
    alert_id bigint,
    occasion smallint NOT NULL,
    subject text NOT NULL,
    body text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    next_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    leased_until timestamp with time zone,
    ended_at timestamp with time zone,
    reason text,
    species_alert_id bigint,
    CONSTRAINT alert_messages_occasion_check CHECK ((occasion = ANY (ARRAY[1, 2, 3]))),
    CONSTRAINT alert_messages_state_check CHECK ((state = ANY (ARRAY[1, 2, 3])))
);

CREATE TABLE public.alert_mutes (
    project_id integer NOT NULL,
    camera_id integer DEFAULT 0 NOT NULL,
    kind smallint DEFAULT 0 NOT NULL,
    until_at timestamp with time zone NOT NULL,
    account_id integer
);

CREATE TABLE public.alert_policies (
    project_id integer NOT NULL,
    quiet_from_minute smallint,
    quiet_until_minute smallint,
    CONSTRAINT alert_policies_check CHECK (((quiet_from_minute IS NULL) = (quiet_until_minute IS NULL))),
    CONSTRAINT alert_policies_quiet_from_minute_check CHECK (((quiet_from_minute >= 0) AND (quiet_from_minute <= 1439))),
    CONSTRAINT alert_policies_quiet_until_minute_check CHECK (((quiet_until_minute >= 0) AND (quiet_until_minute <= 1439)))
);

CREATE TABLE public.alert_rules (
    project_id integer NOT NULL,
    kind smallint NOT NULL,
    is_on boolean NOT NULL,
    limit_value integer NOT NULL,
    grace_minutes integer NOT NULL,
    CONSTRAINT alert_rules_grace_minutes_check CHECK (((grace_minutes >= 0) AND (grace_minutes <= 1440))),
    CONSTRAINT alert_rules_kind_check CHECK (((kind >= 1) AND (kind <= 8)))
);

CREATE TABLE public.alerts (
    id bigint NOT NULL,
    project_id integer NOT NULL,
    camera_id integer DEFAULT 0 NOT NULL,
    kind smallint NOT NULL,
    since_at timestamp with time zone NOT NULL,
    raised_at timestamp with time zone,
    closed_at timestamp with time zone,
    covered_by bigint,
    acknowledged_at timestamp with time zone,
    acknowledged_by integer,
    detail text NOT NULL,
    last_detail_at timestamp with time zone NOT NULL
);

ALTER TABLE public.alerts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.alerts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.api_tokens (
    id integer NOT NULL,
    token_hash bytea NOT NULL,
    account_id integer NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    scopes text[],
    CONSTRAINT api_tokens_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT api_tokens_token_hash_check CHECK ((length(token_hash) = 32))
);

ALTER TABLE public.api_tokens ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.api_tokens_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.audit_entries (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    account_id integer,
    camera_id integer,
    project_id integer,
    action text NOT NULL,
    subject text DEFAULT ''::text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    came_from text DEFAULT ''::text NOT NULL,
    before jsonb,
    after jsonb
);

ALTER TABLE public.audit_entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.audit_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.bulk_steps (
    id uuid NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    kind smallint NOT NULL,
    what jsonb NOT NULL,
    text text NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    total integer NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    skipped integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT bulk_steps_kind_check CHECK ((kind = ANY (ARRAY[1, 2, 3]))),
    CONSTRAINT bulk_steps_state_check CHECK (((state >= 1) AND (state <= 4)))
);

CREATE TABLE public.bulk_targets (
    step_id uuid NOT NULL,
    event_id uuid NOT NULL,
    version integer NOT NULL,
    capture_count integer NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    CONSTRAINT bulk_targets_state_check CHECK (((state >= 1) AND (state <= 4)))
);

CREATE TABLE public.camera_commands (
    id bigint NOT NULL,
    camera_id integer NOT NULL,
    kind text NOT NULL,
    argument bigint DEFAULT 0 NOT NULL,
    capture_id uuid,
    spool_id bigint DEFAULT 0 NOT NULL,
    counter bigint DEFAULT 0 NOT NULL,
    state smallint DEFAULT 0 NOT NULL,
    code smallint DEFAULT 0 NOT NULL,
    request_id uuid NOT NULL,
    asked_by integer,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    delivered_at timestamp with time zone,
    ended_at timestamp with time zone,
    CONSTRAINT camera_commands_state_check CHECK (((state >= 0) AND (state <= 5)))
);

ALTER TABLE public.camera_commands ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.camera_commands_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.camera_enrolments (
    id integer NOT NULL,
    project_id integer NOT NULL,
    camera_id integer,
    fingerprint text NOT NULL,
    code_hash bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by integer,
    expires_at timestamp with time zone NOT NULL,
    asked_at timestamp with time zone,
    board smallint,
    firmware text,
    hardware_address bytea,
    remote text,
    accepted_at timestamp with time zone,
    rejected_at timestamp with time zone,
    issued_hash bytea,
    issued_at timestamp with time zone,
    spent_at timestamp with time zone,
    revoked_at timestamp with time zone,
    CONSTRAINT camera_enrolments_code_hash_check CHECK ((length(code_hash) = 32)),
    CONSTRAINT camera_enrolments_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{16}$'::text)),
    CONSTRAINT camera_enrolments_hardware_address_check CHECK ((length(hardware_address) = 6)),
    CONSTRAINT camera_enrolments_issued_hash_check CHECK ((length(issued_hash) = 32))
);

ALTER TABLE public.camera_enrolments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.camera_enrolments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.camera_resets (
    camera_id integer NOT NULL,
    boot bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    cause smallint NOT NULL
);

CREATE SEQUENCE public.camera_session_sequence
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.camera_sessions (
    camera_id integer NOT NULL,
    hub_id uuid NOT NULL,
    sequence bigint NOT NULL,
    connected_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.camera_settings (
    camera_id integer NOT NULL,
    version bigint DEFAULT 0 NOT NULL,
    desired jsonb,
    desired_by integer,
    desired_at timestamp with time zone,
    sent_at timestamp with time zone,
    reported_version bigint,
    reported jsonb,
    refused jsonb DEFAULT '{}'::jsonb NOT NULL,
    reported_at timestamp with time zone,
    CONSTRAINT camera_settings_check CHECK (((desired IS NOT NULL) OR (version = 0))),
    CONSTRAINT camera_settings_version_check CHECK (((version >= 0) AND (version <= '4294967295'::bigint)))
);

CREATE TABLE public.camera_spools (
    spool_id bigint NOT NULL,
    camera_id integer NOT NULL,
    issued_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.camera_states (
    camera_id integer NOT NULL,
    last_seen_at timestamp with time zone,
    last_hello_at timestamp with time zone,
    last_capture_at timestamp with time zone,
    next_contact_at timestamp with time zone,
    lost_at timestamp with time zone,
    boot bigint DEFAULT 0 NOT NULL,
    session bigint DEFAULT 0 NOT NULL,
    heartbeat_boot bigint DEFAULT 0 NOT NULL,
    heartbeat_sequence bigint DEFAULT 0 NOT NULL,
    firmware text,
    config_version bigint DEFAULT 0 NOT NULL,
    battery_mv integer,
    battery_percent smallint,
    temperature_tenths smallint,
    signal_dbm smallint,
    spool_count bigint,
    spool_bytes bigint,
    clock_offset_ms bigint,
    spool_capacity_bytes bigint,
    dead_count bigint,
    dropped_count bigint,
    free_memory_bytes bigint,
    reset_cause smallint,
    battery_days real,
    send_bytes_per_second real
)
WITH (fillfactor='50');

CREATE TABLE public.camera_tags (
    camera_id integer NOT NULL,
    tag text NOT NULL,
    CONSTRAINT camera_tags_tag_check CHECK ((tag ~ '^[a-z0-9][a-z0-9-]{0,31}$'::text))
);

CREATE TABLE public.camera_update_keys (
    camera_id integer NOT NULL,
    sealed_key bytea NOT NULL,
    issued_at timestamp with time zone DEFAULT now() NOT NULL,
    last_number bigint DEFAULT 0 NOT NULL
);

CREATE TABLE public.camera_visits (
    id bigint NOT NULL,
    camera_id integer NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    visit_key uuid NOT NULL,
    visited_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    battery_changed boolean DEFAULT false NOT NULL,
    card_changed boolean DEFAULT false NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    latitude double precision,
    longitude double precision,
    accuracy_metres real,
    photo_path text,
    CONSTRAINT camera_visits_accuracy_metres_check CHECK ((accuracy_metres >= (0)::double precision)),
    CONSTRAINT camera_visits_check CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT camera_visits_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT camera_visits_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT camera_visits_note_check CHECK ((length(note) <= 2000))
);

ALTER TABLE public.camera_visits ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.camera_visits_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.camera_watches (
    camera_id integer NOT NULL,
    hub_id uuid NOT NULL,
    until_at timestamp with time zone NOT NULL
);

CREATE TABLE public.cameras (
    id integer NOT NULL,
    project_id integer NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    board smallint DEFAULT 0 NOT NULL,
    password_hash bytea,
    password_issued_at timestamp with time zone,
    heartbeat_seconds integer DEFAULT 3600 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    notes text DEFAULT ''::text NOT NULL,
    password_used_at timestamp with time zone,
    previous_hash bytea,
    previous_until timestamp with time zone,
    end_reason smallint,
    CONSTRAINT cameras_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,31}$'::text)),
    CONSTRAINT cameras_end_reason_check CHECK ((end_reason = ANY (ARRAY[1, 2, 3]))),
    CONSTRAINT cameras_heartbeat_seconds_check CHECK (((heartbeat_seconds >= 30) AND (heartbeat_seconds <= 86400))),
    CONSTRAINT cameras_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT cameras_notes_check CHECK ((length(notes) <= 2000)),
    CONSTRAINT cameras_password_hash_check CHECK ((length(password_hash) = 32)),
    CONSTRAINT cameras_previous_check CHECK (((previous_hash IS NULL) = (previous_until IS NULL))),
    CONSTRAINT cameras_previous_hash_check CHECK ((length(previous_hash) = 32))
);

ALTER TABLE public.cameras ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.cameras_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.capture_identities (
    id uuid NOT NULL,
    device_capture_id bytea NOT NULL,
    camera_id integer NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    size_bytes integer NOT NULL,
    digest bytea NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    CONSTRAINT capture_identities_device_capture_id_check CHECK ((length(device_capture_id) = 16)),
    CONSTRAINT capture_identities_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT capture_identities_state_check CHECK ((state = ANY (ARRAY[1, 2, 3])))
);

CREATE TABLE public.models (
    id integer NOT NULL,
    name text NOT NULL,
    version text NOT NULL,
    family text NOT NULL,
    sha256 bytea,
    manifest jsonb NOT NULL,
    blob_path text,
    is_active boolean DEFAULT false NOT NULL,
    problem text,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    backfill_before timestamp with time zone
);

CREATE TABLE public.wildlife_detections (
    capture_id uuid NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    model_id integer DEFAULT 0 NOT NULL,
    identification_id bigint DEFAULT 0 NOT NULL,
    ordinal smallint DEFAULT 0 NOT NULL,
    source smallint NOT NULL,
    project_id integer NOT NULL,
    camera_id integer NOT NULL,
    site_id integer,
    event_id uuid,
    category smallint NOT NULL,
    taxon_id integer,
    confidence real,
    box_x real,
    box_y real,
    box_width real,
    box_height real,
    count smallint DEFAULT 1 NOT NULL,
    sex text,
    life_stage text,
    behavior text,
    is_current boolean NOT NULL,
    local_date date NOT NULL,
    local_hour smallint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    said_taxon_id integer,
    CONSTRAINT wildlife_detections_category_check CHECK (((category >= 1) AND (category <= 5))),
    CONSTRAINT wildlife_detections_confidence_check CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
    CONSTRAINT wildlife_detections_count_check CHECK (((count >= 1) AND (count <= 10000))),
    CONSTRAINT wildlife_detections_source_check CHECK ((source = ANY (ARRAY[1, 2, 3])))
)
PARTITION BY RANGE (captured_at);

CREATE VIEW public.capture_people AS
 SELECT d.capture_id,
    d.captured_at,
        CASE
            WHEN bool_or((d.is_current AND (d.source <> 1))) THEN bool_or((d.is_current AND (d.category = 2)))
            ELSE (bool_or((d.category = 2)) OR (NOT bool_or(((d.source = 1) AND (m.family <> 'background'::text)))))
        END AS is_hidden
   FROM (public.wildlife_detections d
     LEFT JOIN public.models m ON ((m.id = d.model_id)))
  GROUP BY d.capture_id, d.captured_at;

CREATE TABLE public.captures (
    id uuid NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    project_id integer NOT NULL,
    camera_id integer NOT NULL,
    deployment_id integer,
    site_id integer,
    event_id uuid,
    device_capture_id bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    clock_quality smallint NOT NULL,
    device_time timestamp with time zone,
    clock_epoch bigint,
    clock_seconds bigint,
    source smallint DEFAULT 1 NOT NULL,
    file_name text,
    trigger smallint DEFAULT 0 NOT NULL,
    burst_index smallint DEFAULT 1 NOT NULL,
    burst_count smallint DEFAULT 1 NOT NULL,
    is_infrared boolean DEFAULT false NOT NULL,
    battery_mv integer,
    temperature_tenths smallint,
    size_bytes integer NOT NULL,
    sha256 bytea NOT NULL,
    blob_path text NOT NULL,
    integrity smallint DEFAULT 0 NOT NULL,
    width integer,
    height integer,
    lightness smallint,
    thumbnail_version smallint DEFAULT 0 NOT NULL,
    thumbnail_widths smallint[] DEFAULT '{}'::smallint[] NOT NULL,
    exif jsonb,
    stages_missing integer NOT NULL,
    is_low_resolution boolean DEFAULT false NOT NULL,
    clock_correction_id uuid
)
PARTITION BY RANGE (captured_at);

CREATE TABLE public.clock_corrections (
    id uuid NOT NULL,
    project_id integer NOT NULL,
    camera_id integer NOT NULL,
    account_id integer NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone NOT NULL,
    offset_ms bigint NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    total integer NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT clock_corrections_state_check CHECK (((state >= 1) AND (state <= 4)))
);

CREATE TABLE public.clock_epochs (
    camera_id integer NOT NULL,
    epoch bigint NOT NULL,
    zero_at timestamp with time zone NOT NULL,
    anchored_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.clock_moves (
    correction_id uuid NOT NULL,
    capture_id uuid NOT NULL,
    captured_at timestamp with time zone NOT NULL,
    clock_quality smallint NOT NULL
);

CREATE TABLE public.comments (
    id bigint NOT NULL,
    project_id integer NOT NULL,
    event_id uuid NOT NULL,
    capture_id uuid,
    account_id integer NOT NULL,
    client_key uuid NOT NULL,
    text text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT comments_text_check CHECK (((length(text) >= 1) AND (length(text) <= 2000)))
);

ALTER TABLE public.comments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.comments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.daily_detection_summary (
    camera_id integer NOT NULL,
    detection_date date NOT NULL,
    category smallint NOT NULL,
    taxon_id integer DEFAULT 0 NOT NULL,
    project_id integer NOT NULL,
    detection_count integer NOT NULL,
    avg_confidence real
);

CREATE TABLE public.deployments (
    id integer NOT NULL,
    project_id integer NOT NULL,
    camera_id integer NOT NULL,
    site_id integer NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone
);

ALTER TABLE public.deployments ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.deployments_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.event_dirty (
    id bigint NOT NULL,
    event_id uuid NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='5000');

ALTER TABLE public.event_dirty ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_dirty_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.event_findings (
    event_id uuid NOT NULL,
    category smallint NOT NULL,
    taxon_id integer DEFAULT 0 NOT NULL,
    project_id integer NOT NULL,
    site_id integer,
    camera_id integer NOT NULL,
    started_at timestamp with time zone NOT NULL,
    local_hour smallint NOT NULL,
    source smallint NOT NULL,
    confidence real,
    count integer NOT NULL,
    best_capture_id uuid NOT NULL,
    best_captured_at timestamp with time zone NOT NULL
);

CREATE TABLE public.event_questions (
    id bigint NOT NULL,
    project_id integer NOT NULL,
    event_id uuid NOT NULL,
    account_id integer NOT NULL,
    client_key uuid NOT NULL,
    text text NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    closed_at timestamp with time zone,
    CONSTRAINT event_questions_text_check CHECK ((length(text) <= 2000))
);

ALTER TABLE public.event_questions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.event_questions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.event_tags (
    tag_id integer NOT NULL,
    event_id uuid NOT NULL,
    account_id integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.events (
    id uuid NOT NULL,
    project_id integer NOT NULL,
    camera_id integer NOT NULL,
    deployment_id integer,
    site_id integer,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    capture_count integer NOT NULL,
    best_capture_id uuid,
    best_captured_at timestamp with time zone,
    decided_at timestamp with time zone,
    undecided_count integer DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    merged_into uuid,
    is_open boolean GENERATED ALWAYS AS ((undecided_count > 0)) STORED NOT NULL,
    models_disagree boolean DEFAULT false NOT NULL
);

CREATE TABLE public.exports (
    id uuid NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    format text NOT NULL,
    wish jsonb NOT NULL,
    file_name text NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    rows_done bigint DEFAULT 0 NOT NULL,
    rows_about bigint DEFAULT 0 NOT NULL,
    left_out bigint DEFAULT 0 NOT NULL,
    size_bytes bigint DEFAULT 0 NOT NULL,
    part_bytes integer DEFAULT 0 NOT NULL,
    problem text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    expires_at timestamp with time zone,
    CONSTRAINT exports_state_check CHECK ((state = ANY (ARRAY[1, 2, 3, 4, 5])))
);

CREATE TABLE public.favourites (
    account_id integer NOT NULL,
    event_id uuid NOT NULL,
    project_id integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.firmware (
    id integer NOT NULL,
    publisher_id integer NOT NULL,
    board smallint NOT NULL,
    major integer NOT NULL,
    minor integer NOT NULL,
    patch integer NOT NULL,
    loader_major integer NOT NULL,
    loader_minor integer NOT NULL,
    size_bytes integer NOT NULL,
    digest bytea NOT NULL,
    sha256 bytea NOT NULL,
    blob_path text NOT NULL,
    notes text DEFAULT ''::text NOT NULL,
    added_by integer,
    added_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT firmware_digest_check CHECK ((length(digest) = 32)),
    CONSTRAINT firmware_notes_check CHECK ((length(notes) <= 10000)),
    CONSTRAINT firmware_sha256_check CHECK ((length(sha256) = 32)),
    CONSTRAINT firmware_size_bytes_check CHECK ((size_bytes > 0))
);

ALTER TABLE public.firmware ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.firmware_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.firmware_offer_ids
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.firmware_publishers (
    id integer NOT NULL,
    name text NOT NULL,
    public_key bytea NOT NULL,
    added_by integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    revoked_at timestamp with time zone,
    CONSTRAINT firmware_publishers_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);

ALTER TABLE public.firmware_publishers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.firmware_publishers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.genera (
    genus text NOT NULL,
    family text NOT NULL,
    tax_order text NOT NULL,
    tax_class text NOT NULL,
    CONSTRAINT genera_family_check CHECK ((family ~ '^[A-Z][a-z]{1,49}$'::text)),
    CONSTRAINT genera_genus_check CHECK ((genus ~ '^[A-Z][a-z]{1,49}$'::text)),
    CONSTRAINT genera_tax_class_check CHECK ((tax_class ~ '^[A-Z][a-z]{1,49}$'::text)),
    CONSTRAINT genera_tax_order_check CHECK ((tax_order ~ '^[A-Z][a-z]{1,49}$'::text))
);

CREATE TABLE public.hubs (
    id uuid NOT NULL,
    name text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.identifications (
    id bigint NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    source smallint NOT NULL,
    event_id uuid,
    capture_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    undoes bigint,
    client_key uuid,
    batch uuid,
    model_id integer,
    event_version integer,
    CONSTRAINT identifications_source_check CHECK ((source = ANY (ARRAY[2, 3])))
);

ALTER TABLE public.identifications ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.identifications_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.individual_sightings (
    individual_id integer NOT NULL,
    event_id uuid NOT NULL,
    account_id integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.individuals (
    id integer NOT NULL,
    project_id integer NOT NULL,
    name text NOT NULL,
    CONSTRAINT individuals_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);

ALTER TABLE public.individuals ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.individuals_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE SEQUENCE public.job_lease_sequence
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

CREATE TABLE public.job_minutes (
    kind text NOT NULL,
    minute timestamp with time zone NOT NULL,
    done integer DEFAULT 0 NOT NULL,
    failed integer DEFAULT 0 NOT NULL,
    fresh_seconds real
);

CREATE TABLE public.jobs (
    id bigint NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    captured_at timestamp with time zone,
    priority smallint DEFAULT 0 NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    lease_until timestamp with time zone,
    lease_token bigint,
    attempts integer DEFAULT 0 NOT NULL,
    run_again boolean DEFAULT false NOT NULL,
    is_alone boolean DEFAULT false NOT NULL,
    reason text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT jobs_state_check CHECK ((state = ANY (ARRAY[1, 2, 3, 4])))
)
WITH (fillfactor='70', autovacuum_vacuum_scale_factor='0.01', autovacuum_vacuum_threshold='5000', autovacuum_analyze_scale_factor='0.05', autovacuum_vacuum_cost_delay='0');

ALTER TABLE public.jobs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.map_grounds (
    project_id integer NOT NULL,
    content_type text NOT NULL,
    content bytea NOT NULL,
    version text NOT NULL,
    south double precision,
    west double precision,
    north double precision,
    east double precision,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT map_grounds_content_check CHECK ((length(content) <= 4194304)),
    CONSTRAINT map_grounds_content_type_check CHECK ((content_type = ANY (ARRAY['application/geo+json'::text, 'image/png'::text, 'image/jpeg'::text])))
);

CREATE TABLE public.memberships (
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    role smallint NOT NULL,
    CONSTRAINT memberships_role_check CHECK ((role = ANY (ARRAY[1, 2, 3])))
);

ALTER TABLE public.models ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.models_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.operational_gaps (
    id bigint NOT NULL,
    project_id integer NOT NULL,
    camera_id integer NOT NULL,
    silent_from timestamp with time zone NOT NULL,
    from_at timestamp with time zone NOT NULL,
    until_at timestamp with time zone,
    cause smallint NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    proposed_at timestamp with time zone DEFAULT now() NOT NULL,
    decided_at timestamp with time zone,
    decided_by integer,
    CONSTRAINT operational_gaps_cause_check CHECK ((cause = ANY (ARRAY[1, 2]))),
    CONSTRAINT operational_gaps_check CHECK (((until_at IS NULL) OR (until_at > from_at))),
    CONSTRAINT operational_gaps_state_check CHECK ((state = ANY (ARRAY[1, 2, 3])))
);

ALTER TABLE public.operational_gaps ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.operational_gaps_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.package_rows (
    project_id integer NOT NULL,
    kind smallint NOT NULL,
    key text NOT NULL,
    package_id uuid NOT NULL,
    fields jsonb NOT NULL,
    CONSTRAINT package_rows_kind_check CHECK ((kind = ANY (ARRAY[1, 2, 3])))
);

CREATE TABLE public.packages (
    id uuid NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    descriptor jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.page_events (
    sequence bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    project_id integer NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    captured_at timestamp with time zone
);

ALTER TABLE public.page_events ALTER COLUMN sequence ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.page_events_sequence_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE UNLOGGED TABLE public.preview_frames (
    camera_id integer NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    jpeg bytea NOT NULL
);

CREATE TABLE public.project_species (
    project_id integer NOT NULL,
    taxon_id integer NOT NULL,
    code text,
    is_sensitive boolean DEFAULT false NOT NULL,
    CONSTRAINT project_species_code_check CHECK ((code ~ '^[A-Za-z0-9]{1,12}$'::text))
);

CREATE TABLE public.projects (
    id integer NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    time_zone text NOT NULL,
    language text DEFAULT 'en'::text NOT NULL,
    event_gap_minutes integer DEFAULT 30 NOT NULL,
    summary_confidence_min real DEFAULT 0.7 NOT NULL,
    is_demo boolean DEFAULT false NOT NULL,
    retention_days integer,
    retention_keeps_decided boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    people_role smallint DEFAULT 2 NOT NULL,
    CONSTRAINT projects_event_gap_minutes_check CHECK (((event_gap_minutes >= 1) AND (event_gap_minutes <= 1440))),
    CONSTRAINT projects_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT projects_people_role_check CHECK ((people_role = ANY (ARRAY[1, 2, 3]))),
    CONSTRAINT projects_retention_days_check CHECK (((retention_days >= 1) AND (retention_days <= 36500))),
    CONSTRAINT projects_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,47}$'::text)),
    CONSTRAINT projects_summary_confidence_min_check CHECK (((summary_confidence_min >= (0)::double precision) AND (summary_confidence_min <= (1)::double precision)))
);

ALTER TABLE public.projects ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.projects_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.push_keys (
    id boolean DEFAULT true NOT NULL,
    public_key bytea NOT NULL,
    sealed bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT push_keys_id_check CHECK (id),
    CONSTRAINT push_keys_public_key_check CHECK ((length(public_key) = 65))
);

CREATE TABLE public.qrtz_blob_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    blob_data bytea
);

CREATE TABLE public.qrtz_calendars (
    sched_name text NOT NULL,
    calendar_name text NOT NULL,
    calendar bytea NOT NULL
);

CREATE TABLE public.qrtz_cron_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    cron_expression text NOT NULL,
    time_zone_id text
);

CREATE TABLE public.qrtz_fired_triggers (
    sched_name text NOT NULL,
    entry_id text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    instance_name text NOT NULL,
    fired_time bigint NOT NULL,
    sched_time bigint NOT NULL,
    priority integer NOT NULL,
    state text NOT NULL,
    job_name text,
    job_group text,
    is_nonconcurrent boolean NOT NULL,
    requests_recovery boolean,
    execution_group text,
    progress integer,
    progress_message text,
    interrupt_requested_time bigint
);

CREATE TABLE public.qrtz_job_details (
    sched_name text NOT NULL,
    job_name text NOT NULL,
    job_group text NOT NULL,
    description text,
    job_class_name text NOT NULL,
    is_durable boolean NOT NULL,
    is_nonconcurrent boolean NOT NULL,
    is_update_data boolean NOT NULL,
    requests_recovery boolean NOT NULL,
    job_data bytea
);

CREATE TABLE public.qrtz_locks (
    sched_name text NOT NULL,
    lock_name text NOT NULL
);

CREATE TABLE public.qrtz_paused_job_grps (
    sched_name text NOT NULL,
    job_group text NOT NULL,
    pause_reason text,
    paused_by text,
    paused_at bigint
);

CREATE TABLE public.qrtz_paused_trigger_grps (
    sched_name text NOT NULL,
    trigger_group text NOT NULL,
    pause_reason text,
    paused_by text,
    paused_at bigint
);

CREATE TABLE public.qrtz_scheduler_state (
    sched_name text NOT NULL,
    instance_name text NOT NULL,
    last_checkin_time bigint NOT NULL,
    checkin_interval bigint NOT NULL,
    quartz_version text
);

CREATE TABLE public.qrtz_simple_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    repeat_count bigint NOT NULL,
    repeat_interval bigint NOT NULL,
    times_triggered bigint NOT NULL
);

CREATE TABLE public.qrtz_simprop_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    str_prop_1 text,
    str_prop_2 text,
    str_prop_3 text,
    int_prop_1 integer,
    int_prop_2 integer,
    long_prop_1 bigint,
    long_prop_2 bigint,
    dec_prop_1 numeric,
    dec_prop_2 numeric,
    bool_prop_1 boolean,
    bool_prop_2 boolean,
    time_zone_id text
);

CREATE TABLE public.qrtz_triggers (
    sched_name text NOT NULL,
    trigger_name text NOT NULL,
    trigger_group text NOT NULL,
    job_name text NOT NULL,
    job_group text NOT NULL,
    description text,
    next_fire_time bigint,
    prev_fire_time bigint,
    priority integer,
    trigger_state text NOT NULL,
    trigger_type text NOT NULL,
    start_time bigint NOT NULL,
    end_time bigint,
    calendar_name text,
    misfire_instr smallint,
    misfire_orig_fire_time bigint,
    misfire_threshold bigint,
    execution_group text,
    preferred_node text,
    preferred_node_auto boolean DEFAULT false NOT NULL,
    retry_policy text,
    retry_attempt integer,
    continues_trigger_name text,
    continues_trigger_group text,
    continuation_condition integer,
    overlap_policy integer,
    pause_reason text,
    paused_by text,
    paused_at bigint,
    fixed_delay boolean,
    job_data bytea
);

CREATE TABLE public.quarantine_entries (
    id uuid NOT NULL,
    camera_id integer,
    device_capture_id bytea,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    code smallint NOT NULL,
    reason text NOT NULL,
    size_bytes integer NOT NULL,
    sha256 bytea NOT NULL,
    blob_path text NOT NULL,
    begin_message bytea,
    resolved_at timestamp with time zone,
    resolution text
);

CREATE TABLE public.recurring_runs (
    name text NOT NULL,
    title text NOT NULL,
    every interval NOT NULL,
    started_at timestamp with time zone,
    ended_at timestamp with time zone,
    succeeded boolean,
    result text
);

CREATE TABLE public.reports (
    id uuid NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    from_date date NOT NULL,
    to_date date NOT NULL,
    interval_minutes integer NOT NULL,
    unconfirmed boolean NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    steps_done integer DEFAULT 0 NOT NULL,
    steps integer DEFAULT 0 NOT NULL,
    size_bytes bigint DEFAULT 0 NOT NULL,
    problem text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT reports_check CHECK ((to_date >= from_date)),
    CONSTRAINT reports_interval_minutes_check CHECK (((interval_minutes >= 1) AND (interval_minutes <= 1440))),
    CONSTRAINT reports_state_check CHECK ((state = ANY (ARRAY[1, 2, 3, 4])))
);

CREATE TABLE public.review_reservations (
    event_id uuid NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    reserved_until timestamp with time zone NOT NULL
);

CREATE TABLE public.rollout_cameras (
    rollout_id integer NOT NULL,
    camera_id integer NOT NULL,
    step smallint NOT NULL,
    state smallint NOT NULL,
    since timestamp with time zone NOT NULL,
    deadline_at timestamp with time zone,
    reason smallint DEFAULT 0 NOT NULL,
    code integer DEFAULT 0 NOT NULL,
    version_before text,
    reported text,
    new_version_at timestamp with time zone,
    is_confirmed boolean DEFAULT false NOT NULL,
    received_bytes bigint DEFAULT 0 NOT NULL,
    attempts smallint DEFAULT 1 NOT NULL,
    offers smallint DEFAULT 0 NOT NULL,
    offer_id bigint,
    offer_number bigint,
    offered_at timestamp with time zone,
    must_withdraw boolean DEFAULT false NOT NULL,
    CONSTRAINT rollout_cameras_state_check CHECK (((state >= 1) AND (state <= 11)))
);

CREATE TABLE public.rollout_history (
    id bigint NOT NULL,
    rollout_id integer NOT NULL,
    camera_id integer,
    account_id integer,
    at timestamp with time zone NOT NULL,
    word text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE public.rollout_history ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rollout_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.rollout_steps (
    rollout_id integer NOT NULL,
    step smallint NOT NULL,
    begun_at timestamp with time zone,
    enough_at timestamp with time zone,
    forgiven integer DEFAULT 0 NOT NULL,
    excused integer DEFAULT 0 NOT NULL
);

CREATE TABLE public.rollouts (
    id integer NOT NULL,
    project_id integer NOT NULL,
    firmware_id integer NOT NULL,
    replaces integer,
    plan jsonb NOT NULL,
    state smallint DEFAULT 1 NOT NULL,
    stop_reason smallint DEFAULT 0 NOT NULL,
    stop_step smallint,
    version integer DEFAULT 1 NOT NULL,
    started_by integer,
    started_at timestamp with time zone NOT NULL,
    changed_by integer,
    changed_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT rollouts_state_check CHECK ((state = ANY (ARRAY[1, 2, 3, 4, 5])))
);

ALTER TABLE public.rollouts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.rollouts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.saved_views (
    id integer NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    is_shared boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT saved_views_name_check CHECK (((length(name) >= 1) AND (length(name) <= 60))),
    CONSTRAINT saved_views_query_check CHECK ((length(query) <= 500))
);

ALTER TABLE public.saved_views ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.saved_views_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.schema_migrations (
    number integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.sessions (
    token_hash bytea NOT NULL,
    account_id integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT sessions_token_hash_check CHECK ((length(token_hash) = 32))
);

CREATE TABLE public.sighting_days (
    project_id integer NOT NULL,
    taxon_id integer NOT NULL,
    local_date date NOT NULL,
    sightings bytea NOT NULL
);

CREATE TABLE public.sighting_dirty (
    id bigint NOT NULL,
    project_id integer NOT NULL,
    local_date date NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='5000');

ALTER TABLE public.sighting_dirty ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sighting_dirty_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.sign_in_links (
    token_hash bytea NOT NULL,
    account_id integer,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT sign_in_links_token_hash_check CHECK ((length(token_hash) = 32))
);

CREATE TABLE public.sites (
    id integer NOT NULL,
    project_id integer NOT NULL,
    slug text NOT NULL,
    name text NOT NULL,
    latitude double precision,
    longitude double precision,
    time_zone text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sites_latitude_check CHECK (((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision))),
    CONSTRAINT sites_longitude_check CHECK (((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision))),
    CONSTRAINT sites_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT sites_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,47}$'::text))
);

CREATE VIEW public.site_coordinates AS
 SELECT s.id AS site_id,
    s.project_id,
    s.latitude,
    s.longitude,
    h.is_sensitive,
        CASE
            WHEN (NOT h.is_sensitive) THEN s.latitude
            WHEN (s.latitude = (90)::double precision) THEN (89.95)::double precision
            ELSE ((floor((s.latitude * (10)::double precision)) / (10)::double precision) + (0.05)::double precision)
        END AS shown_latitude,
        CASE
            WHEN (NOT h.is_sensitive) THEN s.longitude
            WHEN (s.longitude = (180)::double precision) THEN (179.95)::double precision
            ELSE ((floor((s.longitude * (10)::double precision)) / (10)::double precision) + (0.05)::double precision)
        END AS shown_longitude
   FROM (public.sites s
     CROSS JOIN LATERAL ( SELECT (EXISTS ( SELECT
                   FROM public.project_species p
                  WHERE ((p.project_id = s.project_id) AND p.is_sensitive AND (EXISTS ( SELECT
                           FROM public.event_findings f
                          WHERE ((f.site_id = s.id) AND (f.taxon_id = p.taxon_id) AND (f.taxon_id <> 0))))))) AS is_sensitive) h);

ALTER TABLE public.sites ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sites_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.species_alert_followers (
    rule_id integer NOT NULL,
    account_id integer NOT NULL
);

CREATE TABLE public.species_alert_marks (
    id bigint NOT NULL,
    event_id uuid NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='5000');

ALTER TABLE public.species_alert_marks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.species_alert_marks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.species_alert_rules (
    id integer NOT NULL,
    project_id integer NOT NULL,
    account_id integer NOT NULL,
    is_shared boolean NOT NULL,
    name text NOT NULL,
    category smallint NOT NULL,
    taxon_id integer,
    site_id integer,
    from_minute smallint,
    until_minute smallint,
    group_min smallint NOT NULL,
    rare_days smallint,
    score_min real NOT NULL,
    cooldown_minutes integer NOT NULL,
    late_days smallint NOT NULL,
    is_on boolean DEFAULT true NOT NULL,
    muted_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT species_alert_rules_category_check CHECK ((category = ANY (ARRAY[1, 2, 3]))),
    CONSTRAINT species_alert_rules_check CHECK (((from_minute IS NULL) = (until_minute IS NULL))),
    CONSTRAINT species_alert_rules_check1 CHECK (((taxon_id IS NULL) OR (category = 1))),
    CONSTRAINT species_alert_rules_cooldown_minutes_check CHECK (((cooldown_minutes >= 0) AND (cooldown_minutes <= 10080))),
    CONSTRAINT species_alert_rules_from_minute_check CHECK (((from_minute >= 0) AND (from_minute <= 1439))),
    CONSTRAINT species_alert_rules_group_min_check CHECK (((group_min >= 1) AND (group_min <= 1000))),
    CONSTRAINT species_alert_rules_late_days_check CHECK (((late_days >= 1) AND (late_days <= 30))),
    CONSTRAINT species_alert_rules_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
    CONSTRAINT species_alert_rules_rare_days_check CHECK (((rare_days >= 1) AND (rare_days <= 3650))),
    CONSTRAINT species_alert_rules_score_min_check CHECK (((score_min >= (0)::double precision) AND (score_min <= (1)::double precision))),
    CONSTRAINT species_alert_rules_until_minute_check CHECK (((until_minute >= 0) AND (until_minute <= 1439)))
);

ALTER TABLE public.species_alert_rules ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.species_alert_rules_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.species_alerts (
    id bigint NOT NULL,
    rule_id integer NOT NULL,
    project_id integer NOT NULL,
    event_id uuid NOT NULL,
    site_id integer,
    taxon_id integer,
    category smallint NOT NULL,
    count integer NOT NULL,
    source smallint NOT NULL,
    confidence real,
    capture_id uuid NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    raised_at timestamp with time zone NOT NULL,
    is_told boolean NOT NULL
);

ALTER TABLE public.species_alerts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.species_alerts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.species_merges (
    id integer NOT NULL,
    project_id integer NOT NULL,
    from_taxon integer NOT NULL,
    into_taxon integer NOT NULL,
    account_id integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    undone_at timestamp with time zone,
    CONSTRAINT species_merges_check CHECK ((into_taxon <> from_taxon))
);

ALTER TABLE public.species_merges ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.species_merges_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.species_synonyms (
    project_id integer NOT NULL,
    taxon_id integer NOT NULL,
    name text NOT NULL,
    CONSTRAINT species_synonyms_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);

CREATE TABLE public.summary_dirty (
    id bigint NOT NULL,
    camera_id integer NOT NULL,
    detection_date date NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='5000');

ALTER TABLE public.summary_dirty ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.summary_dirty_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.suppressions (
    id uuid NOT NULL,
    project_id integer NOT NULL,
    camera_id integer NOT NULL,
    account_id integer NOT NULL,
    category smallint NOT NULL,
    box_x real NOT NULL,
    box_y real NOT NULL,
    box_width real NOT NULL,
    box_height real NOT NULL,
    from_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    lifted_at timestamp with time zone,
    settled_until timestamp with time zone
);

CREATE TABLE public.tags (
    id integer NOT NULL,
    project_id integer NOT NULL,
    name text NOT NULL,
    CONSTRAINT tags_name_check CHECK (((length(name) >= 1) AND (length(name) <= 50)))
);

ALTER TABLE public.tags ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tags_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.taxa (
    id integer NOT NULL,
    slug text NOT NULL,
    scientific_name text NOT NULL,
    rank text DEFAULT 'species'::text NOT NULL,
    parent_id integer,
    CONSTRAINT taxa_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,99}$'::text))
);

ALTER TABLE public.taxa ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.taxa_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.taxon_names (
    taxon_id integer NOT NULL,
    language text NOT NULL,
    name text NOT NULL,
    is_main boolean DEFAULT true NOT NULL
);

CREATE TABLE public.telemetry (
    camera_id integer NOT NULL,
    received_at timestamp with time zone NOT NULL,
    boot bigint NOT NULL,
    sequence bigint NOT NULL,
    battery_mv integer,
    battery_percent smallint,
    temperature_tenths smallint,
    signal_dbm smallint,
    spool_count bigint NOT NULL,
    spool_bytes bigint NOT NULL,
    spool_capacity_bytes bigint NOT NULL,
    dead_count bigint NOT NULL,
    dropped_count bigint NOT NULL,
    free_memory_bytes bigint NOT NULL,
    reset_cause smallint NOT NULL,
    clock_offset_ms bigint,
    next_contact_at timestamp with time zone
)
PARTITION BY RANGE (received_at);

CREATE TABLE public.telemetry_hours (
    camera_id integer NOT NULL,
    hour timestamp with time zone NOT NULL,
    beats integer NOT NULL,
    first_at timestamp with time zone NOT NULL,
    last_at timestamp with time zone NOT NULL,
    battery_mv integer,
    battery_percent real,
    temperature_tenths smallint,
    signal_dbm smallint,
    spool_count bigint NOT NULL,
    spool_bytes bigint NOT NULL,
    dead_count bigint NOT NULL,
    dropped_count bigint NOT NULL,
    clock_offset_ms bigint,
    free_memory_bytes bigint NOT NULL,
    sent_bytes bigint NOT NULL,
    sent_seconds real NOT NULL
);

CREATE TABLE public.watch_rounds (
    id boolean DEFAULT true NOT NULL,
    looked_at timestamp with time zone NOT NULL,
    since_at timestamp with time zone NOT NULL,
    CONSTRAINT watch_rounds_id_check CHECK (id)
);

ALTER TABLE ONLY public.abandoned_uploads
    ADD CONSTRAINT abandoned_uploads_pkey PRIMARY KEY (camera_id, device_capture_id);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_email_key UNIQUE (email);

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.alert_channels
    ADD CONSTRAINT alert_channels_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.alert_messages
    ADD CONSTRAINT alert_messages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.alert_mutes
    ADD CONSTRAINT alert_mutes_pkey PRIMARY KEY (project_id, camera_id, kind);

ALTER TABLE ONLY public.alert_policies
    ADD CONSTRAINT alert_policies_pkey PRIMARY KEY (project_id);

ALTER TABLE ONLY public.alert_rules
    ADD CONSTRAINT alert_rules_pkey PRIMARY KEY (project_id, kind);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.bulk_steps
    ADD CONSTRAINT bulk_steps_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.bulk_targets
    ADD CONSTRAINT bulk_targets_pkey PRIMARY KEY (step_id, event_id);

ALTER TABLE ONLY public.camera_commands
    ADD CONSTRAINT camera_commands_camera_id_request_id_key UNIQUE (camera_id, request_id);

ALTER TABLE ONLY public.camera_commands
    ADD CONSTRAINT camera_commands_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.camera_enrolments
    ADD CONSTRAINT camera_enrolments_fingerprint_key UNIQUE (fingerprint);

ALTER TABLE ONLY public.camera_enrolments
    ADD CONSTRAINT camera_enrolments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.camera_resets
    ADD CONSTRAINT camera_resets_pkey PRIMARY KEY (camera_id, boot);

ALTER TABLE ONLY public.camera_sessions
    ADD CONSTRAINT camera_sessions_pkey PRIMARY KEY (camera_id);

ALTER TABLE ONLY public.camera_settings
    ADD CONSTRAINT camera_settings_pkey PRIMARY KEY (camera_id);

ALTER TABLE ONLY public.camera_spools
    ADD CONSTRAINT camera_spools_pkey PRIMARY KEY (spool_id);

ALTER TABLE ONLY public.camera_states
    ADD CONSTRAINT camera_states_pkey PRIMARY KEY (camera_id);

ALTER TABLE ONLY public.camera_tags
    ADD CONSTRAINT camera_tags_pkey PRIMARY KEY (camera_id, tag);

ALTER TABLE ONLY public.camera_update_keys
    ADD CONSTRAINT camera_update_keys_pkey PRIMARY KEY (camera_id);

ALTER TABLE ONLY public.camera_visits
    ADD CONSTRAINT camera_visits_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.camera_visits
    ADD CONSTRAINT camera_visits_visit_key_key UNIQUE (visit_key);

ALTER TABLE ONLY public.camera_watches
    ADD CONSTRAINT camera_watches_pkey PRIMARY KEY (camera_id, hub_id);

ALTER TABLE ONLY public.cameras
    ADD CONSTRAINT cameras_code_key UNIQUE (code);

ALTER TABLE ONLY public.cameras
    ADD CONSTRAINT cameras_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.capture_identities
    ADD CONSTRAINT capture_identities_device_capture_id_key UNIQUE (device_capture_id);

ALTER TABLE ONLY public.capture_identities
    ADD CONSTRAINT capture_identities_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.captures
    ADD CONSTRAINT captures_pkey PRIMARY KEY (id, captured_at);

ALTER TABLE ONLY public.clock_corrections
    ADD CONSTRAINT clock_corrections_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.clock_epochs
    ADD CONSTRAINT clock_epochs_pkey PRIMARY KEY (camera_id, epoch);

ALTER TABLE ONLY public.clock_moves
    ADD CONSTRAINT clock_moves_pkey PRIMARY KEY (correction_id, capture_id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_account_id_client_key_key UNIQUE (account_id, client_key);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.daily_detection_summary
    ADD CONSTRAINT daily_detection_summary_pkey PRIMARY KEY (camera_id, detection_date, category, taxon_id);

ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT deployments_camera_id_tstzrange_excl EXCLUDE USING gist (camera_id WITH =, tstzrange(from_at, until_at) WITH &&);

ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT deployments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.event_dirty
    ADD CONSTRAINT event_dirty_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.event_findings
    ADD CONSTRAINT event_findings_pkey PRIMARY KEY (event_id, category, taxon_id);

ALTER TABLE ONLY public.event_questions
    ADD CONSTRAINT event_questions_account_id_client_key_key UNIQUE (account_id, client_key);

ALTER TABLE ONLY public.event_questions
    ADD CONSTRAINT event_questions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.event_tags
    ADD CONSTRAINT event_tags_pkey PRIMARY KEY (tag_id, event_id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.favourites
    ADD CONSTRAINT favourites_pkey PRIMARY KEY (account_id, event_id);

ALTER TABLE ONLY public.firmware
    ADD CONSTRAINT firmware_board_major_minor_patch_key UNIQUE (board, major, minor, patch);

ALTER TABLE ONLY public.firmware
    ADD CONSTRAINT firmware_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.firmware_publishers
    ADD CONSTRAINT firmware_publishers_name_key UNIQUE (name);

ALTER TABLE ONLY public.firmware_publishers
    ADD CONSTRAINT firmware_publishers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.firmware_publishers
    ADD CONSTRAINT firmware_publishers_public_key_key UNIQUE (public_key);

ALTER TABLE ONLY public.genera
    ADD CONSTRAINT genera_pkey PRIMARY KEY (genus);

ALTER TABLE ONLY public.hubs
    ADD CONSTRAINT hubs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.identifications
    ADD CONSTRAINT identifications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.individual_sightings
    ADD CONSTRAINT individual_sightings_pkey PRIMARY KEY (individual_id, event_id);

ALTER TABLE ONLY public.individuals
    ADD CONSTRAINT individuals_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.job_minutes
    ADD CONSTRAINT job_minutes_pkey PRIMARY KEY (kind, minute);

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_kind_subject_key UNIQUE (kind, subject);

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.map_grounds
    ADD CONSTRAINT map_grounds_pkey PRIMARY KEY (project_id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (project_id, account_id);

ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_name_version_key UNIQUE (name, version);

ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.operational_gaps
    ADD CONSTRAINT operational_gaps_camera_id_silent_from_key UNIQUE (camera_id, silent_from);

ALTER TABLE ONLY public.operational_gaps
    ADD CONSTRAINT operational_gaps_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.package_rows
    ADD CONSTRAINT package_rows_pkey PRIMARY KEY (project_id, kind, key);

ALTER TABLE ONLY public.packages
    ADD CONSTRAINT packages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.packages
    ADD CONSTRAINT packages_project_id_name_key UNIQUE (project_id, name);

ALTER TABLE ONLY public.page_events
    ADD CONSTRAINT page_events_pkey PRIMARY KEY (sequence);

ALTER TABLE ONLY public.preview_frames
    ADD CONSTRAINT preview_frames_pkey PRIMARY KEY (camera_id);

ALTER TABLE ONLY public.project_species
    ADD CONSTRAINT project_species_pkey PRIMARY KEY (project_id, taxon_id);

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.projects
    ADD CONSTRAINT projects_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.push_keys
    ADD CONSTRAINT push_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.qrtz_blob_triggers
    ADD CONSTRAINT qrtz_blob_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);

ALTER TABLE ONLY public.qrtz_calendars
    ADD CONSTRAINT qrtz_calendars_pkey PRIMARY KEY (sched_name, calendar_name);

ALTER TABLE ONLY public.qrtz_cron_triggers
    ADD CONSTRAINT qrtz_cron_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);

ALTER TABLE ONLY public.qrtz_fired_triggers
    ADD CONSTRAINT qrtz_fired_triggers_pkey PRIMARY KEY (sched_name, entry_id);

ALTER TABLE ONLY public.qrtz_job_details
    ADD CONSTRAINT qrtz_job_details_pkey PRIMARY KEY (sched_name, job_name, job_group);

ALTER TABLE ONLY public.qrtz_locks
    ADD CONSTRAINT qrtz_locks_pkey PRIMARY KEY (sched_name, lock_name);

ALTER TABLE ONLY public.qrtz_paused_job_grps
    ADD CONSTRAINT qrtz_paused_job_grps_pkey PRIMARY KEY (sched_name, job_group);

ALTER TABLE ONLY public.qrtz_paused_trigger_grps
    ADD CONSTRAINT qrtz_paused_trigger_grps_pkey PRIMARY KEY (sched_name, trigger_group);

ALTER TABLE ONLY public.qrtz_scheduler_state
    ADD CONSTRAINT qrtz_scheduler_state_pkey PRIMARY KEY (sched_name, instance_name);

ALTER TABLE ONLY public.qrtz_simple_triggers
    ADD CONSTRAINT qrtz_simple_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);

ALTER TABLE ONLY public.qrtz_simprop_triggers
    ADD CONSTRAINT qrtz_simprop_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);

ALTER TABLE ONLY public.qrtz_triggers
    ADD CONSTRAINT qrtz_triggers_pkey PRIMARY KEY (sched_name, trigger_name, trigger_group);

ALTER TABLE ONLY public.quarantine_entries
    ADD CONSTRAINT quarantine_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.recurring_runs
    ADD CONSTRAINT recurring_runs_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.review_reservations
    ADD CONSTRAINT review_reservations_pkey PRIMARY KEY (event_id);

ALTER TABLE ONLY public.rollout_cameras
    ADD CONSTRAINT rollout_cameras_pkey PRIMARY KEY (rollout_id, camera_id);

ALTER TABLE ONLY public.rollout_history
    ADD CONSTRAINT rollout_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.rollout_steps
    ADD CONSTRAINT rollout_steps_pkey PRIMARY KEY (rollout_id, step);

ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (number);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.sighting_days
    ADD CONSTRAINT sighting_days_pkey PRIMARY KEY (project_id, taxon_id, local_date);

ALTER TABLE ONLY public.sighting_dirty
    ADD CONSTRAINT sighting_dirty_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_project_id_slug_key UNIQUE (project_id, slug);

ALTER TABLE ONLY public.species_alert_followers
    ADD CONSTRAINT species_alert_followers_pkey PRIMARY KEY (rule_id, account_id);

ALTER TABLE ONLY public.species_alert_marks
    ADD CONSTRAINT species_alert_marks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.species_alert_rules
    ADD CONSTRAINT species_alert_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.species_alerts
    ADD CONSTRAINT species_alerts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.species_alerts
    ADD CONSTRAINT species_alerts_rule_id_event_id_key UNIQUE (rule_id, event_id);

ALTER TABLE ONLY public.species_merges
    ADD CONSTRAINT species_merges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.species_synonyms
    ADD CONSTRAINT species_synonyms_pkey PRIMARY KEY (project_id, name);

ALTER TABLE ONLY public.summary_dirty
    ADD CONSTRAINT summary_dirty_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.tags
    ADD CONSTRAINT tags_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.taxa
    ADD CONSTRAINT taxa_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.taxa
    ADD CONSTRAINT taxa_scientific_name_key UNIQUE (scientific_name);

ALTER TABLE ONLY public.taxa
    ADD CONSTRAINT taxa_slug_key UNIQUE (slug);

ALTER TABLE ONLY public.taxon_names
    ADD CONSTRAINT taxon_names_pkey PRIMARY KEY (taxon_id, language, name);

ALTER TABLE ONLY public.telemetry_hours
    ADD CONSTRAINT telemetry_hours_pkey PRIMARY KEY (camera_id, hour);

ALTER TABLE ONLY public.telemetry
    ADD CONSTRAINT telemetry_pkey PRIMARY KEY (camera_id, boot, sequence, received_at);

ALTER TABLE ONLY public.watch_rounds
    ADD CONSTRAINT watch_rounds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.wildlife_detections
    ADD CONSTRAINT wildlife_detections_pkey PRIMARY KEY (capture_id, model_id, identification_id, ordinal, captured_at);

CREATE INDEX abandoned_uploads_given_up_at_idx ON public.abandoned_uploads USING btree (given_up_at);

CREATE UNIQUE INDEX alert_channels_browser ON public.alert_channels USING btree (project_id, account_id, endpoint_hash) WHERE (endpoint_hash IS NOT NULL);

CREATE UNIQUE INDEX alert_channels_own_mail ON public.alert_channels USING btree (project_id, account_id) WHERE ((kind = 1) AND (account_id IS NOT NULL));

CREATE INDEX alert_channels_project_id_idx ON public.alert_channels USING btree (project_id);

CREATE INDEX alert_messages_next_at_idx ON public.alert_messages USING btree (next_at) WHERE (state = 1);

CREATE UNIQUE INDEX alert_messages_once ON public.alert_messages USING btree (alert_id, channel_id, occasion) WHERE (alert_id IS NOT NULL);

CREATE INDEX alert_messages_project_id_created_at_idx ON public.alert_messages USING btree (project_id, created_at DESC);

CREATE UNIQUE INDEX alert_messages_species_once ON public.alert_messages USING btree (species_alert_id, channel_id) WHERE (species_alert_id IS NOT NULL);

CREATE UNIQUE INDEX alerts_one_open ON public.alerts USING btree (project_id, kind, camera_id) WHERE (closed_at IS NULL);

CREATE INDEX alerts_project_id_id_idx ON public.alerts USING btree (project_id, id DESC) WHERE (raised_at IS NOT NULL);

CREATE INDEX api_tokens_account_id_idx ON public.api_tokens USING btree (account_id);

CREATE INDEX audit_entries_at_idx ON public.audit_entries USING btree (at DESC);

CREATE INDEX audit_entries_camera_id_id_idx ON public.audit_entries USING btree (camera_id, id DESC) WHERE (camera_id IS NOT NULL);

CREATE INDEX audit_entries_project_id_id_idx ON public.audit_entries USING btree (project_id, id DESC) WHERE (project_id IS NOT NULL);

CREATE INDEX bulk_steps_project_id_created_at_idx ON public.bulk_steps USING btree (project_id, created_at DESC);

CREATE INDEX bulk_targets_step_id_state_idx ON public.bulk_targets USING btree (step_id, state);

CREATE INDEX camera_commands_camera_id_id_idx ON public.camera_commands USING btree (camera_id, id DESC);

CREATE INDEX camera_commands_camera_id_id_idx1 ON public.camera_commands USING btree (camera_id, id) WHERE (state = ANY (ARRAY[0, 1]));

CREATE UNIQUE INDEX camera_enrolments_camera_id_idx ON public.camera_enrolments USING btree (camera_id) WHERE ((spent_at IS NULL) AND (revoked_at IS NULL) AND (rejected_at IS NULL));

CREATE INDEX camera_enrolments_project_id_idx ON public.camera_enrolments USING btree (project_id);

CREATE INDEX camera_resets_at_idx ON public.camera_resets USING btree (at);

CREATE INDEX camera_tags_tag_idx ON public.camera_tags USING btree (tag);

CREATE INDEX camera_visits_camera_id_visited_at_idx ON public.camera_visits USING btree (camera_id, visited_at DESC);

CREATE INDEX cameras_changed_at_idx ON public.cameras USING btree (changed_at);

CREATE INDEX cameras_project_id_idx ON public.cameras USING btree (project_id);

CREATE INDEX captures_camera ON ONLY public.captures USING btree (camera_id);

CREATE INDEX captures_camera_time ON ONLY public.captures USING btree (camera_id, captured_at DESC);

CREATE INDEX captures_event ON ONLY public.captures USING btree (event_id, captured_at);

CREATE INDEX captures_file ON ONLY public.captures USING btree (project_id, file_name) WHERE (file_name IS NOT NULL);

CREATE INDEX captures_project_time ON ONLY public.captures USING btree (project_id, captured_at DESC, id DESC);

CREATE INDEX captures_stages_missing ON ONLY public.captures USING btree (captured_at) WHERE (stages_missing <> 0);

CREATE INDEX captures_time ON ONLY public.captures USING btree (captured_at);

CREATE INDEX captures_unchecked ON ONLY public.captures USING btree (project_id, camera_id, captured_at) WHERE (clock_quality = ANY (ARRAY[3, 4]));

CREATE INDEX clock_corrections_project_id_created_at_idx ON public.clock_corrections USING btree (project_id, created_at DESC);

CREATE INDEX clock_moves_capture_id_idx ON public.clock_moves USING btree (capture_id);

CREATE INDEX comments_event_id_idx ON public.comments USING btree (event_id);

CREATE INDEX comments_words ON public.comments USING gin (to_tsvector('simple'::regconfig, text)) WHERE (deleted_at IS NULL);

CREATE INDEX daily_detection_summary_project_id_taxon_id_detection_date_idx ON public.daily_detection_summary USING btree (project_id, taxon_id, detection_date);

CREATE INDEX deployments_site_id_idx ON public.deployments USING btree (site_id);

CREATE INDEX event_dirty_event_id_idx ON public.event_dirty USING btree (event_id);

CREATE INDEX event_findings_project_id_category_started_at_event_id_idx ON public.event_findings USING btree (project_id, category, started_at DESC, event_id DESC);

CREATE INDEX event_findings_project_id_taxon_id_started_at_event_id_idx ON public.event_findings USING btree (project_id, taxon_id, started_at DESC, event_id DESC) WHERE (taxon_id <> 0);

CREATE INDEX event_findings_site ON public.event_findings USING btree (site_id, taxon_id) WHERE (taxon_id <> 0);

CREATE INDEX event_questions_event_id_idx ON public.event_questions USING btree (event_id);

CREATE INDEX event_questions_project_id_idx ON public.event_questions USING btree (project_id) WHERE (closed_at IS NULL);

CREATE INDEX event_tags_event_id_idx ON public.event_tags USING btree (event_id);

CREATE INDEX events_camera_id_started_at_idx ON public.events USING btree (camera_id, started_at) WHERE (merged_into IS NULL);

CREATE INDEX events_merged_into_idx ON public.events USING btree (merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX events_open ON public.events USING btree (project_id, started_at DESC, id DESC) WHERE (is_open AND (merged_into IS NULL));

CREATE INDEX events_project_id_started_at_id_idx ON public.events USING btree (project_id, started_at DESC, id DESC) WHERE (merged_into IS NULL);

CREATE INDEX events_site_id_started_at_id_idx ON public.events USING btree (site_id, started_at DESC, id DESC) WHERE (merged_into IS NULL);

CREATE INDEX exports_expires_at_idx ON public.exports USING btree (expires_at) WHERE (part_bytes > 0);

CREATE INDEX exports_project_id_created_at_idx ON public.exports USING btree (project_id, created_at DESC);

CREATE INDEX favourites_event_id_idx ON public.favourites USING btree (event_id);

CREATE INDEX genera_family_idx ON public.genera USING btree (family);

CREATE UNIQUE INDEX identifications_account_id_client_key_idx ON public.identifications USING btree (account_id, client_key) WHERE (client_key IS NOT NULL);

CREATE INDEX identifications_batch_idx ON public.identifications USING btree (batch) WHERE (batch IS NOT NULL);

CREATE INDEX identifications_capture_id_idx ON public.identifications USING btree (capture_id);

CREATE INDEX identifications_event_id_idx ON public.identifications USING btree (event_id);

CREATE INDEX identifications_project_id_account_id_created_at_idx ON public.identifications USING btree (project_id, account_id, created_at DESC);

CREATE UNIQUE INDEX identifications_undoes_idx ON public.identifications USING btree (undoes) WHERE (undoes IS NOT NULL);

CREATE INDEX individual_sightings_event_id_idx ON public.individual_sightings USING btree (event_id);

CREATE UNIQUE INDEX individuals_project_id_lower_idx ON public.individuals USING btree (project_id, lower(name));

CREATE INDEX job_minutes_minute_idx ON public.job_minutes USING btree (minute);

CREATE INDEX jobs_dead ON public.jobs USING btree (kind, updated_at DESC) WHERE (state = 3);

CREATE INDEX jobs_leases ON public.jobs USING btree (kind, lease_until) WHERE (state = 2);

CREATE INDEX jobs_oldest ON public.jobs USING btree (kind, run_at, id) WHERE (state = 1);

CREATE INDEX jobs_ready ON public.jobs USING btree (kind, priority DESC, run_at, id) WHERE (state = 1);

CREATE INDEX jobs_waiting ON public.jobs USING btree (kind, run_at) WHERE (state = 4);

CREATE INDEX memberships_account_id_idx ON public.memberships USING btree (account_id);

CREATE UNIQUE INDEX models_is_active_idx ON public.models USING btree (is_active) WHERE is_active;

CREATE INDEX operational_gaps_project_id_state_from_at_idx ON public.operational_gaps USING btree (project_id, state, from_at DESC);

CREATE INDEX package_rows_package_id_idx ON public.package_rows USING btree (package_id);

CREATE INDEX page_events_project_id_sequence_idx ON public.page_events USING btree (project_id, sequence);

CREATE UNIQUE INDEX project_species_project_id_lower_idx ON public.project_species USING btree (project_id, lower(code)) WHERE (code IS NOT NULL);

CREATE INDEX qrtz_fired_triggers_sched_name_instance_name_requests_recov_idx ON public.qrtz_fired_triggers USING btree (sched_name, instance_name, requests_recovery);

CREATE INDEX qrtz_fired_triggers_sched_name_job_name_job_group_idx ON public.qrtz_fired_triggers USING btree (sched_name, job_name, job_group);

CREATE INDEX qrtz_fired_triggers_sched_name_trigger_name_trigger_group_idx ON public.qrtz_fired_triggers USING btree (sched_name, trigger_name, trigger_group);

CREATE INDEX qrtz_triggers_sched_name_job_name_job_group_idx ON public.qrtz_triggers USING btree (sched_name, job_name, job_group);

CREATE INDEX qrtz_triggers_sched_name_trigger_state_next_fire_time_prior_idx ON public.qrtz_triggers USING btree (sched_name, trigger_state, next_fire_time, priority DESC, misfire_instr);

CREATE INDEX quarantine_entries_device_capture_id_idx ON public.quarantine_entries USING btree (device_capture_id);

CREATE INDEX quarantine_entries_received_at_idx ON public.quarantine_entries USING btree (received_at DESC) WHERE (resolved_at IS NULL);

CREATE INDEX reports_project_id_created_at_idx ON public.reports USING btree (project_id, created_at DESC);

CREATE INDEX review_reservations_project_id_reserved_until_idx ON public.review_reservations USING btree (project_id, reserved_until);

CREATE INDEX rollout_cameras_camera_id_idx ON public.rollout_cameras USING btree (camera_id);

CREATE INDEX rollout_cameras_failed ON public.rollout_cameras USING btree (camera_id) WHERE (state = 9);

CREATE UNIQUE INDEX rollout_cameras_open ON public.rollout_cameras USING btree (camera_id) WHERE (state < 8);

CREATE INDEX rollout_cameras_rollout_id_deadline_at_idx ON public.rollout_cameras USING btree (rollout_id, deadline_at) WHERE (deadline_at IS NOT NULL);

CREATE INDEX rollout_history_rollout_id_camera_id_id_idx ON public.rollout_history USING btree (rollout_id, camera_id, id DESC);

CREATE INDEX rollout_history_rollout_id_id_idx ON public.rollout_history USING btree (rollout_id, id DESC);

CREATE INDEX rollouts_id_idx ON public.rollouts USING btree (id) WHERE (ended_at IS NULL);

CREATE INDEX rollouts_project_id_id_idx ON public.rollouts USING btree (project_id, id DESC);

CREATE UNIQUE INDEX saved_views_project_id_account_id_lower_idx ON public.saved_views USING btree (project_id, account_id, lower(name));

CREATE INDEX saved_views_project_id_idx ON public.saved_views USING btree (project_id) WHERE is_shared;

CREATE INDEX sessions_account_id_idx ON public.sessions USING btree (account_id);

CREATE INDEX sighting_dirty_project_id_local_date_idx ON public.sighting_dirty USING btree (project_id, local_date);

CREATE INDEX species_alert_rules_project_id_idx ON public.species_alert_rules USING btree (project_id);

CREATE INDEX species_alerts_event_id_idx ON public.species_alerts USING btree (event_id);

CREATE INDEX species_alerts_project_id_id_idx ON public.species_alerts USING btree (project_id, id DESC);

CREATE INDEX species_alerts_rule_id_raised_at_idx ON public.species_alerts USING btree (rule_id, raised_at DESC) WHERE is_told;

CREATE UNIQUE INDEX species_merges_project_id_from_taxon_idx ON public.species_merges USING btree (project_id, from_taxon) WHERE (undone_at IS NULL);

CREATE INDEX species_synonyms_project_id_taxon_id_idx ON public.species_synonyms USING btree (project_id, taxon_id);

CREATE INDEX summary_dirty_camera_id_detection_date_idx ON public.summary_dirty USING btree (camera_id, detection_date);

CREATE INDEX suppressions_camera_id_idx ON public.suppressions USING btree (camera_id) WHERE (lifted_at IS NULL);

CREATE INDEX suppressions_project_id_created_at_idx ON public.suppressions USING btree (project_id, created_at DESC);

CREATE UNIQUE INDEX tags_project_id_lower_idx ON public.tags USING btree (project_id, lower(name));

CREATE INDEX telemetry_camera_time ON ONLY public.telemetry USING btree (camera_id, received_at DESC);

CREATE INDEX telemetry_hours_hour_idx ON public.telemetry_hours USING btree (hour);

CREATE INDEX wildlife_detections_camera ON ONLY public.wildlife_detections USING btree (camera_id, local_date);

CREATE INDEX wildlife_detections_camera_time ON ONLY public.wildlife_detections USING btree (camera_id, captured_at DESC);

CREATE INDEX wildlife_detections_category_time ON ONLY public.wildlife_detections USING btree (project_id, category, captured_at DESC, capture_id DESC) WHERE is_current;

CREATE INDEX wildlife_detections_species_confident ON ONLY public.wildlife_detections USING btree (taxon_id, confidence) WHERE (confidence > (0.8)::double precision);

CREATE INDEX wildlife_detections_species_time ON ONLY public.wildlife_detections USING btree (project_id, taxon_id, captured_at DESC, capture_id DESC) WHERE (is_current AND (taxon_id IS NOT NULL));

CREATE INDEX wildlife_detections_time ON ONLY public.wildlife_detections USING btree (captured_at);

CREATE TRIGGER audit_entries_stay BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entries FOR EACH STATEMENT EXECUTE FUNCTION public.refuse_audit_change();

CREATE TRIGGER event_findings_alert AFTER INSERT ON public.event_findings REFERENCING NEW TABLE AS found FOR EACH STATEMENT EXECUTE FUNCTION public.note_species_alerts();

CREATE TRIGGER event_findings_come AFTER INSERT ON public.event_findings REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.note_sighting_days();

CREATE TRIGGER event_findings_go AFTER DELETE ON public.event_findings REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION public.note_sighting_days();

CREATE TRIGGER merge_taxon BEFORE INSERT OR UPDATE OF is_current ON public.wildlife_detections FOR EACH ROW WHEN ((new.is_current AND (new.taxon_id IS NOT NULL))) EXECUTE FUNCTION public.merge_taxon();

ALTER TABLE ONLY public.abandoned_uploads
    ADD CONSTRAINT abandoned_uploads_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.alert_channels
    ADD CONSTRAINT alert_channels_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.alert_channels
    ADD CONSTRAINT alert_channels_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.alert_messages
    ADD CONSTRAINT alert_messages_alert_id_fkey FOREIGN KEY (alert_id) REFERENCES public.alerts(id);

ALTER TABLE ONLY public.alert_messages
    ADD CONSTRAINT alert_messages_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES public.alert_channels(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alert_messages
    ADD CONSTRAINT alert_messages_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.alert_messages
    ADD CONSTRAINT alert_messages_species_alert_id_fkey FOREIGN KEY (species_alert_id) REFERENCES public.species_alerts(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.alert_mutes
    ADD CONSTRAINT alert_mutes_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.alert_mutes
    ADD CONSTRAINT alert_mutes_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.alert_policies
    ADD CONSTRAINT alert_policies_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.alert_rules
    ADD CONSTRAINT alert_rules_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_acknowledged_by_fkey FOREIGN KEY (acknowledged_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_covered_by_fkey FOREIGN KEY (covered_by) REFERENCES public.alerts(id);

ALTER TABLE ONLY public.alerts
    ADD CONSTRAINT alerts_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.api_tokens
    ADD CONSTRAINT api_tokens_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.audit_entries
    ADD CONSTRAINT audit_entries_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.bulk_steps
    ADD CONSTRAINT bulk_steps_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.bulk_steps
    ADD CONSTRAINT bulk_steps_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.bulk_targets
    ADD CONSTRAINT bulk_targets_step_id_fkey FOREIGN KEY (step_id) REFERENCES public.bulk_steps(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.camera_commands
    ADD CONSTRAINT camera_commands_asked_by_fkey FOREIGN KEY (asked_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.camera_commands
    ADD CONSTRAINT camera_commands_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_enrolments
    ADD CONSTRAINT camera_enrolments_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_enrolments
    ADD CONSTRAINT camera_enrolments_created_by_fkey FOREIGN KEY (created_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.camera_enrolments
    ADD CONSTRAINT camera_enrolments_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.camera_resets
    ADD CONSTRAINT camera_resets_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_sessions
    ADD CONSTRAINT camera_sessions_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_settings
    ADD CONSTRAINT camera_settings_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_settings
    ADD CONSTRAINT camera_settings_desired_by_fkey FOREIGN KEY (desired_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.camera_spools
    ADD CONSTRAINT camera_spools_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_states
    ADD CONSTRAINT camera_states_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_tags
    ADD CONSTRAINT camera_tags_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_update_keys
    ADD CONSTRAINT camera_update_keys_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_visits
    ADD CONSTRAINT camera_visits_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.camera_visits
    ADD CONSTRAINT camera_visits_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.camera_visits
    ADD CONSTRAINT camera_visits_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.camera_watches
    ADD CONSTRAINT camera_watches_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.cameras
    ADD CONSTRAINT cameras_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.capture_identities
    ADD CONSTRAINT capture_identities_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.clock_corrections
    ADD CONSTRAINT clock_corrections_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.clock_corrections
    ADD CONSTRAINT clock_corrections_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.clock_corrections
    ADD CONSTRAINT clock_corrections_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.clock_epochs
    ADD CONSTRAINT clock_epochs_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.clock_moves
    ADD CONSTRAINT clock_moves_correction_id_fkey FOREIGN KEY (correction_id) REFERENCES public.clock_corrections(id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.comments
    ADD CONSTRAINT comments_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT deployments_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT deployments_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.deployments
    ADD CONSTRAINT deployments_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.sites(id);

ALTER TABLE ONLY public.event_findings
    ADD CONSTRAINT event_findings_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id);

ALTER TABLE ONLY public.event_questions
    ADD CONSTRAINT event_questions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.event_questions
    ADD CONSTRAINT event_questions_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.event_questions
    ADD CONSTRAINT event_questions_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.event_tags
    ADD CONSTRAINT event_tags_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.event_tags
    ADD CONSTRAINT event_tags_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.event_tags
    ADD CONSTRAINT event_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES public.tags(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_deployment_id_fkey FOREIGN KEY (deployment_id) REFERENCES public.deployments(id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_merged_into_fkey FOREIGN KEY (merged_into) REFERENCES public.events(id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.sites(id);

ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.exports
    ADD CONSTRAINT exports_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.favourites
    ADD CONSTRAINT favourites_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.favourites
    ADD CONSTRAINT favourites_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.favourites
    ADD CONSTRAINT favourites_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.firmware
    ADD CONSTRAINT firmware_added_by_fkey FOREIGN KEY (added_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.firmware
    ADD CONSTRAINT firmware_publisher_id_fkey FOREIGN KEY (publisher_id) REFERENCES public.firmware_publishers(id);

ALTER TABLE ONLY public.firmware_publishers
    ADD CONSTRAINT firmware_publishers_added_by_fkey FOREIGN KEY (added_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.identifications
    ADD CONSTRAINT identifications_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.identifications
    ADD CONSTRAINT identifications_model_id_fkey FOREIGN KEY (model_id) REFERENCES public.models(id);

ALTER TABLE ONLY public.identifications
    ADD CONSTRAINT identifications_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.identifications
    ADD CONSTRAINT identifications_undoes_fkey FOREIGN KEY (undoes) REFERENCES public.identifications(id);

ALTER TABLE ONLY public.individual_sightings
    ADD CONSTRAINT individual_sightings_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.individual_sightings
    ADD CONSTRAINT individual_sightings_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.individual_sightings
    ADD CONSTRAINT individual_sightings_individual_id_fkey FOREIGN KEY (individual_id) REFERENCES public.individuals(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.individuals
    ADD CONSTRAINT individuals_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.map_grounds
    ADD CONSTRAINT map_grounds_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.memberships
    ADD CONSTRAINT memberships_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.operational_gaps
    ADD CONSTRAINT operational_gaps_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.operational_gaps
    ADD CONSTRAINT operational_gaps_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.operational_gaps
    ADD CONSTRAINT operational_gaps_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.package_rows
    ADD CONSTRAINT package_rows_package_id_fkey FOREIGN KEY (package_id) REFERENCES public.packages(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.package_rows
    ADD CONSTRAINT package_rows_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.packages
    ADD CONSTRAINT packages_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.packages
    ADD CONSTRAINT packages_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.project_species
    ADD CONSTRAINT project_species_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.project_species
    ADD CONSTRAINT project_species_taxon_id_fkey FOREIGN KEY (taxon_id) REFERENCES public.taxa(id);

ALTER TABLE ONLY public.qrtz_blob_triggers
    ADD CONSTRAINT qrtz_blob_triggers_sched_name_trigger_name_trigger_group_fkey FOREIGN KEY (sched_name, trigger_name, trigger_group) REFERENCES public.qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE;

ALTER TABLE ONLY public.qrtz_cron_triggers
    ADD CONSTRAINT qrtz_cron_triggers_sched_name_trigger_name_trigger_group_fkey FOREIGN KEY (sched_name, trigger_name, trigger_group) REFERENCES public.qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE;

ALTER TABLE ONLY public.qrtz_simple_triggers
    ADD CONSTRAINT qrtz_simple_triggers_sched_name_trigger_name_trigger_group_fkey FOREIGN KEY (sched_name, trigger_name, trigger_group) REFERENCES public.qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE;

ALTER TABLE ONLY public.qrtz_simprop_triggers
    ADD CONSTRAINT qrtz_simprop_triggers_sched_name_trigger_name_trigger_grou_fkey FOREIGN KEY (sched_name, trigger_name, trigger_group) REFERENCES public.qrtz_triggers(sched_name, trigger_name, trigger_group) ON DELETE CASCADE;

ALTER TABLE ONLY public.qrtz_triggers
    ADD CONSTRAINT qrtz_triggers_sched_name_job_name_job_group_fkey FOREIGN KEY (sched_name, job_name, job_group) REFERENCES public.qrtz_job_details(sched_name, job_name, job_group);

ALTER TABLE ONLY public.quarantine_entries
    ADD CONSTRAINT quarantine_entries_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.review_reservations
    ADD CONSTRAINT review_reservations_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.review_reservations
    ADD CONSTRAINT review_reservations_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.rollout_cameras
    ADD CONSTRAINT rollout_cameras_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.rollout_cameras
    ADD CONSTRAINT rollout_cameras_rollout_id_fkey FOREIGN KEY (rollout_id) REFERENCES public.rollouts(id);

ALTER TABLE ONLY public.rollout_history
    ADD CONSTRAINT rollout_history_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.rollout_history
    ADD CONSTRAINT rollout_history_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.rollout_history
    ADD CONSTRAINT rollout_history_rollout_id_fkey FOREIGN KEY (rollout_id) REFERENCES public.rollouts(id);

ALTER TABLE ONLY public.rollout_steps
    ADD CONSTRAINT rollout_steps_rollout_id_fkey FOREIGN KEY (rollout_id) REFERENCES public.rollouts(id);

ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_firmware_id_fkey FOREIGN KEY (firmware_id) REFERENCES public.firmware(id);

ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_replaces_fkey FOREIGN KEY (replaces) REFERENCES public.rollouts(id);

ALTER TABLE ONLY public.rollouts
    ADD CONSTRAINT rollouts_started_by_fkey FOREIGN KEY (started_by) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.saved_views
    ADD CONSTRAINT saved_views_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.sighting_days
    ADD CONSTRAINT sighting_days_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.sign_in_links
    ADD CONSTRAINT sign_in_links_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.sites
    ADD CONSTRAINT sites_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.species_alert_followers
    ADD CONSTRAINT species_alert_followers_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.species_alert_followers
    ADD CONSTRAINT species_alert_followers_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES public.species_alert_rules(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.species_alert_rules
    ADD CONSTRAINT species_alert_rules_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.species_alert_rules
    ADD CONSTRAINT species_alert_rules_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.species_alert_rules
    ADD CONSTRAINT species_alert_rules_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.sites(id);

ALTER TABLE ONLY public.species_alert_rules
    ADD CONSTRAINT species_alert_rules_taxon_id_fkey FOREIGN KEY (taxon_id) REFERENCES public.taxa(id);

ALTER TABLE ONLY public.species_alerts
    ADD CONSTRAINT species_alerts_event_id_fkey FOREIGN KEY (event_id) REFERENCES public.events(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.species_alerts
    ADD CONSTRAINT species_alerts_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.species_alerts
    ADD CONSTRAINT species_alerts_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES public.species_alert_rules(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.species_alerts
    ADD CONSTRAINT species_alerts_site_id_fkey FOREIGN KEY (site_id) REFERENCES public.sites(id);

ALTER TABLE ONLY public.species_alerts
    ADD CONSTRAINT species_alerts_taxon_id_fkey FOREIGN KEY (taxon_id) REFERENCES public.taxa(id);

ALTER TABLE ONLY public.species_merges
    ADD CONSTRAINT species_merges_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.species_merges
    ADD CONSTRAINT species_merges_from_taxon_fkey FOREIGN KEY (from_taxon) REFERENCES public.taxa(id);

ALTER TABLE ONLY public.species_merges
    ADD CONSTRAINT species_merges_into_taxon_fkey FOREIGN KEY (into_taxon) REFERENCES public.taxa(id);

ALTER TABLE ONLY public.species_merges
    ADD CONSTRAINT species_merges_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.species_synonyms
    ADD CONSTRAINT species_synonyms_project_id_taxon_id_fkey FOREIGN KEY (project_id, taxon_id) REFERENCES public.project_species(project_id, taxon_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_camera_id_fkey FOREIGN KEY (camera_id) REFERENCES public.cameras(id);

ALTER TABLE ONLY public.suppressions
    ADD CONSTRAINT suppressions_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.tags
    ADD CONSTRAINT tags_project_id_fkey FOREIGN KEY (project_id) REFERENCES public.projects(id);

ALTER TABLE ONLY public.taxa
    ADD CONSTRAINT taxa_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES public.taxa(id);

ALTER TABLE ONLY public.taxon_names
    ADD CONSTRAINT taxon_names_taxon_id_fkey FOREIGN KEY (taxon_id) REFERENCES public.taxa(id);
