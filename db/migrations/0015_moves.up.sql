-- Communities on their way to another organisation's instance, or into another community.
CREATE TABLE IF NOT EXISTS moves (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  side TEXT NOT NULL,
  state TEXT NOT NULL,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  heir_id BIGINT NOT NULL DEFAULT 0,
  peer_id BIGINT NOT NULL DEFAULT 0,
  host TEXT NOT NULL DEFAULT '',
  handle TEXT NOT NULL DEFAULT '',
  archive TEXT NOT NULL DEFAULT '',
  why TEXT NOT NULL DEFAULT '',
  by_id BIGINT NOT NULL DEFAULT 0,
  part TEXT NOT NULL DEFAULT '',
  cursor BIGINT NOT NULL DEFAULT 0,
  tally TEXT NOT NULL DEFAULT '{}',
  problem TEXT NOT NULL DEFAULT '',
  next_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  agreed_at BIGINT NOT NULL DEFAULT 0,
  copied_at BIGINT NOT NULL DEFAULT 0,
  switch_at BIGINT NOT NULL DEFAULT 0,
  switched_at BIGINT NOT NULL DEFAULT 0,
  confirmed_at BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS moves_going ON moves (group_id) WHERE ended_at = 0;
CREATE INDEX IF NOT EXISTS moves_due ON moves (next_at, id) WHERE ended_at = 0;
CREATE INDEX IF NOT EXISTS moves_heir ON moves (heir_id) WHERE heir_id <> 0;

-- What could not be taken along, and why.
CREATE TABLE IF NOT EXISTS moves_left (
  move_id BIGINT NOT NULL REFERENCES moves (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  what TEXT NOT NULL,
  why TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (move_id, kind, what)
);

CREATE INDEX IF NOT EXISTS actors_moved ON actors (id) WHERE moved_to <> '' AND type = 'Group';
