-- What a community agreed on, who signed it, how it was founded and where it stands in its life.
CREATE TABLE IF NOT EXISTS charters (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  state TEXT NOT NULL,
  uri TEXT NOT NULL UNIQUE,
  language TEXT NOT NULL DEFAULT '',
  fields TEXT NOT NULL DEFAULT '{}',
  text TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT '',
  change_note TEXT NOT NULL DEFAULT '',
  author_id BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  proposed_at BIGINT NOT NULL DEFAULT 0,
  decide_at BIGINT NOT NULL DEFAULT 0,
  adopted_at BIGINT NOT NULL DEFAULT 0,
  superseded_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE (group_id, version)
);
CREATE INDEX IF NOT EXISTS charters_due ON charters (decide_at) WHERE state = 'proposed';

CREATE TABLE IF NOT EXISTS charter_signatures (
  charter_id BIGINT NOT NULL REFERENCES charters (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  text TEXT NOT NULL DEFAULT '',
  door TEXT NOT NULL DEFAULT '',
  activity_uri TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (charter_id, actor_id)
);
CREATE INDEX IF NOT EXISTS charter_signatures_actor ON charter_signatures (actor_id);

CREATE TABLE IF NOT EXISTS charter_remarks (
  id BIGINT PRIMARY KEY,
  charter_id BIGINT NOT NULL REFERENCES charters (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  door TEXT NOT NULL DEFAULT '',
  uri TEXT NOT NULL UNIQUE,
  at BIGINT NOT NULL,
  settled_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS charter_remarks_charter ON charter_remarks (charter_id, id);

CREATE TABLE IF NOT EXISTS founders (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL DEFAULT 0,
  address TEXT NOT NULL,
  state TEXT NOT NULL,
  notice_uri TEXT NOT NULL DEFAULT '',
  asked_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE (group_id, address)
);
CREATE INDEX IF NOT EXISTS founders_actor ON founders (actor_id) WHERE actor_id <> 0;
CREATE INDEX IF NOT EXISTS founders_notice ON founders (notice_uri) WHERE notice_uri <> '';

CREATE TABLE IF NOT EXISTS foundings (
  id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  step TEXT NOT NULL,
  answers TEXT NOT NULL DEFAULT '{}',
  group_id BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS foundings_account ON foundings (account_id, id);

CREATE TABLE IF NOT EXISTS group_lives (
  group_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  kind TEXT NOT NULL DEFAULT 'cop',
  stage TEXT NOT NULL DEFAULT 'potential',
  stage_at BIGINT NOT NULL DEFAULT 0,
  recognition TEXT NOT NULL DEFAULT 'informal',
  recognised_by TEXT NOT NULL DEFAULT '',
  recognised_at BIGINT NOT NULL DEFAULT 0,
  successor_uri TEXT NOT NULL DEFAULT '',
  review_at BIGINT NOT NULL DEFAULT 0
);
