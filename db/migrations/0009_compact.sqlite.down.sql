-- An older version cannot read packed bodies: go back by restoring a copy, not by this.
DROP TABLE IF EXISTS heard;
DROP TABLE IF EXISTS dictionaries;
CREATE INDEX IF NOT EXISTS activities_actor ON activities (actor_id, type, id);
DROP INDEX IF EXISTS activities_creates;
