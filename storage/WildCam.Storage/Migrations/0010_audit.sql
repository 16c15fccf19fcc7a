-- The log of who did what tells from where, and what was before and after. It is only added to.

alter table audit_entries
  add column came_from text not null default '',                       -- address of the net; "command line"; "hub"
  add column before    jsonb,
  add column after     jsonb;

create index on audit_entries (project_id, id desc) where project_id is not null;
create index on audit_entries (camera_id, id desc) where camera_id is not null;

create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  raise exception 'audit_entries is only added to: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_entries_stay before update or delete or truncate on audit_entries
  for each statement execute function refuse_audit_change();
