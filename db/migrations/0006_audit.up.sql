-- What was done with more than everybody's rights, each line chained to the one before it.
CREATE TABLE IF NOT EXISTS audit (
  position BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  who TEXT NOT NULL,
  act TEXT NOT NULL,
  object TEXT NOT NULL,
  reason TEXT NOT NULL,
  network TEXT NOT NULL,
  address TEXT NOT NULL,
  salt BYTEA NOT NULL,
  proof BYTEA NOT NULL,
  previous BYTEA NOT NULL,
  hash BYTEA NOT NULL
);
CREATE INDEX IF NOT EXISTS audit_address ON audit (at) WHERE address <> '';
CREATE INDEX IF NOT EXISTS reports_reporter ON reports (reporter_id, created_at);
