-- Followers who were sent away from communities that are not open, until their server confirms it.
CREATE TABLE IF NOT EXISTS follow_ends (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL,
  actor_id BIGINT NOT NULL,
  host TEXT NOT NULL,
  follow_uri TEXT NOT NULL,
  activity_id BIGINT NOT NULL,
  times BIGINT NOT NULL,
  told_at BIGINT NOT NULL,
  confirmed_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (group_id, actor_id)
);
CREATE INDEX IF NOT EXISTS follow_ends_host ON follow_ends (host, group_id);
CREATE INDEX IF NOT EXISTS follow_ends_activity ON follow_ends (activity_id);
