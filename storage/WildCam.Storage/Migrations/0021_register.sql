-- Cameras over their lives: a credential that takes another's place, notes, and why a camera is used no more.

alter table cameras
  add column notes              text not null default '' check (length(notes) <= 2000),
  add column password_used_at   timestamptz,                           -- first sign-in with it; null: not yet
  add column previous_hash      bytea check (length(previous_hash) = 32),  -- good too, until the new one is used
  add column previous_until     timestamptz,                           -- and no longer than this
  add column end_reason         smallint check (end_reason in (1, 2, 3)),  -- 1 revoked, 2 stolen, 3 retired
  add constraint cameras_previous_check check ((previous_hash is null) = (previous_until is null));

update cameras set end_reason = 1 where revoked_at is not null;
update cameras c set password_used_at = s.last_hello_at
from camera_states s where s.camera_id = c.id and s.last_hello_at is not null and c.password_hash is not null;

-- Cameras whose newest update failed are looked for at each look at the fleet.
create index rollout_cameras_failed on rollout_cameras (camera_id) where state = 9;
