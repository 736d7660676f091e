-- How the answers to a query become one consolidated reply, which is an artifact (domain.md 3f).
CREATE TABLE IF NOT EXISTS syntheses (
  query_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  artifact_id BIGINT NOT NULL UNIQUE,
  group_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT NOT NULL,
  shown_at BIGINT NOT NULL DEFAULT 0,
  objections_until BIGINT NOT NULL DEFAULT 0,
  published_at BIGINT NOT NULL DEFAULT 0,
  pointer_id BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS syntheses_group ON syntheses (group_id, state, due_at);

-- Where each response goes, or why it is left out. Numbers stay with their responses.
CREATE TABLE IF NOT EXISTS synthesis_sources (
  query_id BIGINT NOT NULL REFERENCES syntheses (query_id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  place TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  placed_by BIGINT NOT NULL DEFAULT 0,
  told_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (query_id, post_id)
);

-- What contributors say against a sentence before it is published.
CREATE TABLE IF NOT EXISTS synthesis_objections (
  id BIGINT PRIMARY KEY,
  query_id BIGINT NOT NULL REFERENCES syntheses (query_id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL,
  block TEXT NOT NULL DEFAULT '',
  quote TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL,
  uri TEXT NOT NULL UNIQUE,
  door TEXT NOT NULL,
  at BIGINT NOT NULL,
  settled_at BIGINT NOT NULL DEFAULT 0,
  settled_by BIGINT NOT NULL DEFAULT 0,
  answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS synthesis_objections_query ON synthesis_objections (query_id, id);

-- Who has taken it on, and which part they had before them last.
CREATE TABLE IF NOT EXISTS synthesis_editors (
  query_id BIGINT NOT NULL REFERENCES syntheses (query_id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  block TEXT NOT NULL DEFAULT '',
  seen_at BIGINT NOT NULL,
  PRIMARY KEY (query_id, actor_id)
);

-- Where the consolidated reply to a query is, also to one of a community elsewhere.
CREATE TABLE IF NOT EXISTS query_replies (
  query_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  uri TEXT NOT NULL
);
