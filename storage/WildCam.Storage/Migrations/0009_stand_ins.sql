-- A camera that uploads small stand-ins first keeps the full frame until it is ordered. The stand-in is a capture of its
-- own; the full frame, once it is here, has the number before it in the same spool.
alter table captures add column is_low_resolution boolean not null default false;
