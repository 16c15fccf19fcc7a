-- What is on a picture, who says so, and the day's sums.

create table models (
  id         int generated always as identity primary key,
  name       text not null,
  version    text not null,
  family     text not null,                                            -- background, yolox, yolov5, yolov10, rtdetr, …
  sha256     bytea,
  manifest   jsonb not null,
  blob_path  text,                                                     -- of the weights; null for the embedded one
  is_active  boolean not null default false,
  problem    text,                                                     -- why it cannot be used
  added_at   timestamptz not null default now(),
  unique (name, version)
);
create unique index on models (is_active) where is_active;
insert into models (name, version, family, manifest, is_active)
  values ('background-difference', '1', 'background', '{}', true);

-- Who decided on an event or a capture, and when. Never changed; an undo is another one.
create table identifications (
  id         bigint generated always as identity primary key,
  project_id int not null references projects,
  account_id int not null references accounts,
  source     smallint not null check (source in (2, 3)),               -- as in wildlife_detections
  event_id   uuid,
  capture_id uuid,
  created_at timestamptz not null default now(),
  undoes     bigint references identifications
);
create index on identifications (event_id);
create index on identifications (capture_id);

-- One row a thing on a picture as one source sees it: a model run (model_id) or a decision (identification_id).
-- Versioned by author, never overwritten: is_current says which rows count, by a person's decision, else the
-- simulator's, else the active model's. A blank is a row too; "not looked at yet" is the absence of any.
create table wildlife_detections (
  capture_id        uuid not null,
  captured_at       timestamptz not null,
  model_id          int not null default 0,
  identification_id bigint not null default 0,
  ordinal           smallint not null default 0,
  source            smallint not null check (source in (1, 2, 3)),     -- 1 model, 2 person, 3 simulator
  project_id        int not null,
  camera_id         int not null,
  site_id           int,
  event_id          uuid,
  category          smallint not null check (category between 1 and 5), -- 1 animal, 2 person, 3 vehicle, 4 blank, 5 movement
  taxon_id          int,
  confidence        real check (confidence between 0 and 1),           -- of a model; null for people
  box_x             real,                                              -- 0-1 of the picture as shown, from top left
  box_y             real,
  box_width         real,
  box_height        real,
  count             smallint not null default 1 check (count between 1 and 10000),
  sex               text,
  life_stage        text,
  behavior          text,
  is_current        boolean not null,
  local_date        date not null,                                     -- of the site
  local_hour        smallint not null,
  created_at        timestamptz not null default now(),
  primary key (capture_id, model_id, identification_id, ordinal, captured_at)
) partition by range (captured_at);
create index wildlife_detections_camera on wildlife_detections (camera_id);
create index wildlife_detections_time on wildlife_detections (captured_at);
create index wildlife_detections_camera_time on wildlife_detections (camera_id, captured_at desc);
create index wildlife_detections_species_confident on wildlife_detections (taxon_id, confidence) where confidence > 0.8;
create index wildlife_detections_species_time on wildlife_detections (project_id, taxon_id, captured_at desc, capture_id desc)
  where is_current and taxon_id is not null;
create index wildlife_detections_category_time on wildlife_detections (project_id, category, captured_at desc, capture_id desc)
  where is_current;

-- What an event shows, one row a category and taxon, from the current rows of its captures; the gallery reads this.
create table event_findings (
  event_id     uuid not null references events,
  category     smallint not null,
  taxon_id     int not null default 0,                                 -- 0: none
  project_id   int not null,
  site_id      int,
  camera_id    int not null,
  started_at   timestamptz not null,                                   -- of the event
  local_hour   smallint not null,                                      -- of the event's start
  source       smallint not null,
  confidence   real,                                                   -- the highest
  count        int not null,                                           -- most in one capture
  best_capture_id  uuid not null,
  best_captured_at timestamptz not null,
  primary key (event_id, category, taxon_id)
);
create index on event_findings (project_id, taxon_id, started_at desc, event_id desc) where taxon_id <> 0;
create index on event_findings (project_id, category, started_at desc, event_id desc);

create table daily_detection_summary (
  camera_id       int not null,
  detection_date  date not null,                                       -- local date of the site
  category        smallint not null,
  taxon_id        int not null default 0,
  project_id      int not null,
  detection_count int not null,
  avg_confidence  real,                                                -- of model rows; null where only people spoke
  primary key (camera_id, detection_date, category, taxon_id)
);
create index on daily_detection_summary (project_id, taxon_id, detection_date);

-- Buckets to count again: appended in the transaction that changes detections.
create table summary_dirty (
  id             bigint generated always as identity primary key,
  camera_id      int not null,
  detection_date date not null
);
