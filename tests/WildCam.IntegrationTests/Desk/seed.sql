-- A project of four cameras at three sites with many events, made by plain SQL. $1: how many events.
with p as (
  insert into projects (slug, name, time_zone, is_demo) values ('creek', 'Creek valley', 'America/Denver', true)
  returning id),
a as (
  insert into accounts (email, name, is_admin) values ('ana@example.org', 'Ana Lopez', true) returning id),
s as (
  insert into sites (project_id, slug, name, latitude, longitude, time_zone)
  select p.id, v.slug, v.name, 45.1234, -120.5678, v.zone from p,
    (values ('creek-north', 'Creek North', 'America/Denver'), ('old-mill', 'Old Mill', 'America/Denver'),
      ('ridge-2', 'Ridge 2', 'America/Los_Angeles')) as v(slug, name, zone)
  returning id, project_id, slug),
c as (
  insert into cameras (project_id, code, name, heartbeat_seconds, password_hash)
  select p.id, v.code, v.name, 3600, sha256(v.code::bytea) from p,
    (values ('c-017', 'By the ford'), ('c-022', 'Mill wheel'), ('c-031', 'Upper ridge'), ('c-040', 'In the box'))
      as v(code, name)
  returning id, project_id, code),
d as (
  insert into deployments (project_id, camera_id, site_id, from_at)
  select c.project_id, c.id, s.id, '2026-01-01' from c join s on s.slug = case c.code
    when 'c-017' then 'creek-north' when 'c-022' then 'old-mill' when 'c-031' then 'ridge-2' end
  returning id, camera_id, site_id)
insert into camera_states (camera_id, last_seen_at, last_capture_at, next_contact_at, firmware, battery_mv,
  battery_percent, temperature_tenths, signal_dbm, spool_count, spool_bytes, clock_offset_ms)
select id, now() - case code when 'c-017' then interval '4 minutes' when 'c-022' then interval '90 minutes'
    else interval '3 days' end,
  now() - interval '5 minutes', case code when 'c-017' then now() + interval '40 minutes' when 'c-022' then now() - interval '30 minutes' end,
  '0.1.0', 3900, case code when 'c-031' then 21 else 81 end, 110, -71, 12, 3400000, 2000
from c where code <> 'c-040';

-- Ten days of check-ins, an incident, a channel that gave up, and a gap.
insert into telemetry_hours (camera_id, hour, beats, first_at, last_at, battery_mv, battery_percent, temperature_tenths,
  signal_dbm, spool_count, spool_bytes, dead_count, dropped_count, clock_offset_ms, free_memory_bytes, sent_bytes,
  sent_seconds)
select c.id, h, 1, h, h, 4000 - n, 95 - n / 16.0, 100 + n % 24 * 8, -70 - n % 5, n % 24, n % 24 * 300000, 0, 0, n * 8,
  60000 + n % 7 * 900, 0, 0
from cameras c, generate_series(0, 239) n,
  lateral (select date_trunc('hour', now()) - (239 - n) * interval '1 hour' as h) t
where c.code = 'c-017';
insert into alerts (project_id, camera_id, kind, since_at, raised_at, detail, last_detail_at)
select project_id, id, 1, now() - interval '2 days', now() - interval '2 days',
  'Silent since Tue 26 May 18:40 (expects a check-in every hour).', now() from cameras where code = 'c-031';
insert into alert_channels (project_id, kind, name, shown, sealed)
select id, 4, 'Ranger desk', 'hooks.example.org', '\x00' from projects;
insert into alert_messages (id, project_id, channel_id, alert_id, occasion, subject, body, payload, next_at, attempts, state,
  ended_at, reason)
select gen_random_uuid(), c.project_id, c.id, a.id, 1, '[Creek valley] C-031 Upper ridge: silent', 'Silent.', '{}', now(), 10,
  3, now(), 'The receiver answered 500.' from alert_channels c, alerts a;
insert into operational_gaps (project_id, camera_id, silent_from, from_at, until_at, cause)
select project_id, id, now() - interval '100 days', now() - interval '100 days', now() - interval '98 days', 1
from cameras where code = 'c-031';

insert into taxa (slug, scientific_name) values ('vulpes-vulpes', 'Vulpes vulpes'),
  ('odocoileus-hemionus', 'Odocoileus hemionus'), ('procyon-lotor', 'Procyon lotor'), ('lynx-rufus', 'Lynx rufus');
insert into taxon_names (taxon_id, language, name)
select id, 'en', case slug when 'vulpes-vulpes' then 'Red fox' when 'odocoileus-hemionus' then 'Mule deer'
  when 'procyon-lotor' then 'Raccoon' end from taxa where slug <> 'lynx-rufus';
insert into models (name, version, family, manifest) values ('trail-model', '3', 'yolox', '{}');

select ensure_month(t, m::date) from unnest(array['captures', 'wildlife_detections']) t,
  generate_series(date_trunc('month', now()) - interval '14 months', now() + interval '1 month', '1 month') m;

-- One event an hour and a bit, newest a quarter of an hour ago.
create temporary table seeded on commit drop as
select n, ('0197' || lpad(to_hex(1000000 - n), 4, '0') || '-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id,
  now() - interval '15 minutes' - n * interval '67 minutes' as started_at, 1 + n % 4 as pictures,
  (select id from projects where slug = 'creek') as project_id, c.id as camera_id, d.id as deployment_id, d.site_id,
  (select id from taxa where slug = case n % 4 when 0 then 'vulpes-vulpes' when 1 then 'odocoileus-hemionus'
    when 2 then 'procyon-lotor' else 'lynx-rufus' end) as taxon_id,
  case when n % 11 = 0 then 2 when n % 13 = 0 then 4 when n % 17 = 0 then 5 when n % 19 = 0 then 3 else 1 end as category,
  case when n % 5 = 0 then 2 when n % 3 = 0 then 3 else 1 end as source
from generate_series(1, $1) n
join cameras c on c.code = case n % 3 when 0 then 'c-017' when 1 then 'c-022' else 'c-031' end
join deployments d on d.camera_id = c.id;

insert into events (id, project_id, camera_id, deployment_id, site_id, started_at, ended_at, capture_count,
  best_capture_id, best_captured_at)
select id, project_id, camera_id, deployment_id, site_id, started_at, started_at + (pictures - 1) * interval '3 seconds',
  pictures, md5(n || '.0')::uuid, started_at from seeded;

insert into capture_identities (id, device_capture_id, camera_id, captured_at, size_bytes, digest)
select md5(n || '.' || i)::uuid, decode(md5('device' || n || '.' || i), 'hex'), camera_id,
  started_at + i * interval '3 seconds', 340000, sha256((n || '.' || i)::bytea)
from seeded, generate_series(0, pictures - 1) i;

insert into captures (id, captured_at, project_id, camera_id, deployment_id, site_id, event_id, device_capture_id,
  received_at, clock_quality, device_time, trigger, burst_index, burst_count, battery_mv, temperature_tenths, size_bytes,
  sha256, blob_path, integrity, width, height, lightness, thumbnail_version, thumbnail_widths, stages_missing)
select md5(n || '.' || i)::uuid, started_at + i * interval '3 seconds', project_id, camera_id, deployment_id, site_id, id,
  decode(md5('device' || n || '.' || i), 'hex'), started_at + interval '5 minutes', 1 + (n % 4), started_at, 1, i + 1,
  pictures, 3900, 110, 340000, sha256((n || '.' || i)::bytea), 'seed/' || n || '.jpg', 1, 1600, 1200, n % 12, 1,
  '{200,400,800,1600}', case when n % 7 = 3 then 4 else 0 end
from seeded, generate_series(0, pictures - 1) i;

-- Every seventh was not looked at yet.
insert into identifications (project_id, account_id, source, event_id)
select s.project_id, (select id from accounts limit 1), s.source, s.id from seeded s where s.n % 7 <> 3 and s.source > 1;
insert into wildlife_detections (capture_id, captured_at, model_id, identification_id, ordinal, source, project_id,
  camera_id, site_id, event_id, category, taxon_id, confidence, box_x, box_y, box_width, box_height, is_current,
  local_date, local_hour)
select md5(s.n || '.0')::uuid, s.started_at,
  case when s.source = 1 then (select id from models where name = 'trail-model') else 0 end, coalesce(i.id, 0), 0,
  s.source, s.project_id, s.camera_id, s.site_id, s.id, s.category, case when s.category = 1 then s.taxon_id end,
  case when s.source = 1 then 0.55 + (s.n % 40) / 100.0 end,
  case when s.category <> 4 then 0.3 end, case when s.category <> 4 then 0.35 end,
  case when s.category <> 4 then 0.3 end, case when s.category <> 4 then 0.35 end, true,
  (s.started_at at time zone 'America/Denver')::date, extract(hour from s.started_at at time zone 'America/Denver')
from seeded s left join identifications i on i.event_id = s.id where s.n % 7 <> 3;

update events e set undecided_count = case when s.source = 2 and s.n % 7 <> 3 then 0 else s.pictures end,
  decided_at = case when s.source = 2 and s.n % 7 <> 3 then s.started_at end
from seeded s where s.id = e.id;

insert into event_findings (event_id, category, taxon_id, project_id, site_id, camera_id, started_at, local_hour, source,
  confidence, count, best_capture_id, best_captured_at)
select event_id, category, coalesce(taxon_id, 0), project_id, site_id, camera_id, captured_at, local_hour, source,
  confidence, 1, capture_id, captured_at from wildlife_detections;

insert into daily_detection_summary (camera_id, detection_date, category, taxon_id, project_id, detection_count)
select camera_id, local_date, category, coalesce(taxon_id, 0), project_id, count(*) from wildlife_detections
group by 1, 2, 3, 4, 5;
analyze;
