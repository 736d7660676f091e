-- Communities that go into one of another instance: which one, at its home.
CREATE TABLE IF NOT EXISTS move_mergers (
  move_id BIGINT PRIMARY KEY REFERENCES moves (id) ON DELETE CASCADE,
  into_id BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS move_mergers_into ON move_mergers (into_id);
