-- Uploads that were begun and then broken off for so long that the hub took its memory back. The camera has the picture
-- still; whether it came later is asked of capture_identities, by the device's id. Kept for a month.
create table abandoned_uploads (
  camera_id         int not null references cameras,
  device_capture_id bytea not null check (length(device_capture_id) = 16),
  given_up_at       timestamptz not null,                              -- the last time
  times             int not null default 1,
  size_bytes        int not null,
  received_bytes    int not null,                                      -- that were here when it was given up
  primary key (camera_id, device_capture_id)
);
create index on abandoned_uploads (given_up_at);
-- Whether it was held for a person instead.
create index on quarantine_entries (device_capture_id);
