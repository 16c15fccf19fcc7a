-- Heartbeats, unique by (camera, boot, sequence) through camera_states, which holds the newest.

create table telemetry (
  camera_id          int not null,
  received_at        timestamptz not null,
  boot               bigint not null,
  sequence           bigint not null,
  battery_mv         int,
  battery_percent    smallint,
  temperature_tenths smallint,
  signal_dbm         smallint,
  spool_count        bigint not null,
  spool_bytes        bigint not null,
  spool_capacity_bytes bigint not null,
  dead_count         bigint not null,
  dropped_count      bigint not null,
  free_memory_bytes  bigint not null,
  reset_cause        smallint not null,
  clock_offset_ms    bigint,
  next_contact_at    timestamptz,
  primary key (camera_id, boot, sequence, received_at)
) partition by range (received_at);
create index telemetry_camera_time on telemetry (camera_id, received_at desc);
