-- Live previews: who watches a camera, at which hub, and the newest frame for hubs that do not hold the camera.

create table camera_watches (
  camera_id int not null references cameras,
  hub_id    uuid not null,
  until_at  timestamptz not null,                                      -- renewed while somebody watches
  primary key (camera_id, hub_id)
);

-- Frames are not kept: a crash may lose them, and old ones are removed.
create unlogged table preview_frames (
  camera_id int primary key,
  taken_at  timestamptz not null,
  jpeg      bytea not null
);
