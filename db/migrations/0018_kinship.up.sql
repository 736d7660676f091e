-- How communities say that they relate to one another, and who of the founders looks after one too.
CREATE TABLE IF NOT EXISTS group_kin (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  other_uri TEXT NOT NULL,
  relation TEXT NOT NULL,
  said_at BIGINT NOT NULL,
  told_at BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (group_id, other_uri)
);
CREATE INDEX IF NOT EXISTS group_kin_other ON group_kin (other_uri);

ALTER TABLE founders ADD COLUMN facilitates BOOLEAN NOT NULL DEFAULT FALSE;

-- Where the charter of a group elsewhere is, and when it was last read there.
ALTER TABLE group_lives ADD COLUMN charter_uri TEXT NOT NULL DEFAULT '';
ALTER TABLE group_lives ADD COLUMN charter_read_at BIGINT NOT NULL DEFAULT 0;
