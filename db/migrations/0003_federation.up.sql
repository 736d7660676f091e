-- The wire: what came in, what goes out, and how each host behaves.
CREATE TABLE IF NOT EXISTS hosts (
  name TEXT PRIMARY KEY,
  software TEXT NOT NULL DEFAULT '',
  version TEXT NOT NULL DEFAULT '',
  family TEXT NOT NULL DEFAULT '',
  profiled_at BIGINT NOT NULL DEFAULT 0,
  scheme TEXT NOT NULL DEFAULT '',
  scheme_at BIGINT NOT NULL DEFAULT 0,
  wants_objects BOOLEAN NOT NULL DEFAULT FALSE,
  policy TEXT NOT NULL DEFAULT '',
  policy_reason TEXT NOT NULL DEFAULT '',
  paused_at BIGINT NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'closed',
  streak BIGINT NOT NULL DEFAULT 0,
  failing_since BIGINT NOT NULL DEFAULT 0,
  next_probe_at BIGINT NOT NULL DEFAULT 0,
  retry_after BIGINT NOT NULL DEFAULT 0,
  last_inbox TEXT NOT NULL DEFAULT '',
  send_window SMALLINT NOT NULL DEFAULT 1,
  last_code BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  last_ok_at BIGINT NOT NULL DEFAULT 0,
  last_in_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS hosts_waiting ON hosts (next_probe_at) WHERE streak > 0;

CREATE TABLE IF NOT EXISTS activities (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  actor_id BIGINT NOT NULL,
  type TEXT NOT NULL,
  object_uri TEXT NOT NULL DEFAULT '',
  group_id BIGINT NOT NULL DEFAULT 0,
  post_id BIGINT NOT NULL DEFAULT 0,
  local BOOLEAN NOT NULL,
  public BOOLEAN NOT NULL,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS activities_actor ON activities (actor_id, type, id);
CREATE INDEX IF NOT EXISTS activities_object ON activities (object_uri, type);
CREATE INDEX IF NOT EXISTS activities_post ON activities (post_id) WHERE post_id <> 0;

CREATE TABLE IF NOT EXISTS outbox (
  id BIGINT PRIMARY KEY,
  activity_id BIGINT NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  audience TEXT NOT NULL,
  class SMALLINT NOT NULL DEFAULT 0,
  okey BIGINT NOT NULL DEFAULT 0,
  cursor TEXT NOT NULL DEFAULT '',
  done_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS outbox_pending ON outbox (id) WHERE done_at = 0;

CREATE TABLE IF NOT EXISTS deliveries (
  id BIGINT PRIMARY KEY,
  activity_id BIGINT NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  inbox TEXT NOT NULL,
  class SMALLINT NOT NULL DEFAULT 0,
  okey BIGINT NOT NULL DEFAULT 0,
  state SMALLINT NOT NULL DEFAULT 0,
  followers_of BIGINT NOT NULL DEFAULT 0,
  attempts BIGINT NOT NULL DEFAULT 0,
  strikes BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL DEFAULT 0,
  last_code BIGINT NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE (activity_id, inbox)
);
CREATE INDEX IF NOT EXISTS deliveries_pending ON deliveries (host, id) WHERE state = 0;
CREATE INDEX IF NOT EXISTS deliveries_late ON deliveries (host, id) WHERE state = 0 AND next_at > 0;
CREATE INDEX IF NOT EXISTS deliveries_failed ON deliveries (host, id) WHERE state IN (2, 5);

CREATE TABLE IF NOT EXISTS receipts (
  id BIGINT PRIMARY KEY,
  hash BYTEA NOT NULL UNIQUE,
  signature BYTEA,
  activity_uri TEXT NOT NULL,
  type TEXT NOT NULL,
  actor_uri TEXT NOT NULL,
  host TEXT NOT NULL,
  inbox_of BIGINT NOT NULL DEFAULT 0,
  body BYTEA,
  state SMALLINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL DEFAULT 0,
  received_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS receipts_pending ON receipts (next_at, id) WHERE state = 0;
CREATE INDEX IF NOT EXISTS receipts_uri ON receipts (activity_uri);

CREATE TABLE IF NOT EXISTS tombstones (
  hash BYTEA PRIMARY KEY,
  created_at BIGINT NOT NULL
);
