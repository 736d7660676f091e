-- Which organisations a community trusts with what only its members read. A row for our own host
-- is a community elsewhere that trusts us, or asks to.
CREATE TABLE IF NOT EXISTS trusts (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  host TEXT NOT NULL,
  state TEXT NOT NULL,
  uri TEXT NOT NULL DEFAULT '',
  by_id BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  answered_at BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (group_id, host)
);
CREATE INDEX IF NOT EXISTS trusts_host ON trusts (host, state);
CREATE INDEX IF NOT EXISTS trusts_uri ON trusts (uri) WHERE uri <> '';

-- Hosts whose actors say that they keep what is for members among members.
CREATE TABLE IF NOT EXISTS host_promises (
  host TEXT PRIMARY KEY,
  at BIGINT NOT NULL
);

-- Whether a community that is not open speaks to followers on microblogs in its own name; without
-- a row its openness decides.
CREATE TABLE IF NOT EXISTS group_copies (
  group_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  copies BOOLEAN NOT NULL
);

-- The words in which such a community tells of a post to followers on microblogs. The id is that
-- of the object.
CREATE TABLE IF NOT EXISTS retellings (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS retellings_group ON retellings (group_id, id);

-- Single posts of communities that are not open, given to the public by decision.
CREATE TABLE IF NOT EXISTS releases (
  post_id BIGINT PRIMARY KEY,
  by_id BIGINT NOT NULL,
  at BIGINT NOT NULL
);
