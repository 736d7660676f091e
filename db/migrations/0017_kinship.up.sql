-- How communities say that they relate to one another.
CREATE TABLE IF NOT EXISTS group_kin (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  other_uri TEXT NOT NULL,
  relation TEXT NOT NULL,
  said_at BIGINT NOT NULL,
  told_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (group_id, other_uri)
);
CREATE INDEX IF NOT EXISTS group_kin_other ON group_kin (other_uri);

-- Founders who look after the group too, once they have signed.
CREATE TABLE IF NOT EXISTS founder_duties (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  founder_id BIGINT NOT NULL REFERENCES founders (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  PRIMARY KEY (group_id, founder_id)
);

-- Where the charter of a group elsewhere is, and when it was last read there.
CREATE TABLE IF NOT EXISTS charter_sources (
  group_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  uri TEXT NOT NULL,
  read_at BIGINT NOT NULL DEFAULT 0
);
