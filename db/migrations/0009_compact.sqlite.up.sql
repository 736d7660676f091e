-- What was dealt with, without what it said: by this the same is known when it comes again. The key
-- begins with the activity, so that it answers for both.
CREATE TABLE IF NOT EXISTS heard (
  activity BIGINT NOT NULL,
  hash BLOB NOT NULL,
  signature BLOB,
  actor BIGINT NOT NULL,
  type TEXT NOT NULL,
  state SMALLINT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  done_at BIGINT NOT NULL,
  PRIMARY KEY (activity, hash)
) WITHOUT ROWID;

-- What bodies of activities are packed with. A row here is never changed and never goes.
CREATE TABLE IF NOT EXISTS dictionaries (
  id BIGINT PRIMARY KEY,
  body BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

-- Only the public posts of an actor are listed by actor.
CREATE INDEX IF NOT EXISTS activities_creates ON activities (actor_id, id) WHERE type = 'Create' AND public;
DROP INDEX IF EXISTS activities_actor;
