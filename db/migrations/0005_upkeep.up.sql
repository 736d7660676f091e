-- Who does what at the moment: leases on hosts and on tasks. Losing them costs half a minute, so
-- they are not logged.
CREATE UNLOGGED TABLE IF NOT EXISTS leases (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  token BIGINT NOT NULL,
  until BIGINT NOT NULL
);

-- Hosts that an admin wants to be tried now; whoever delivers takes the row up.
CREATE TABLE IF NOT EXISTS host_calls (
  host TEXT PRIMARY KEY,
  created_at BIGINT NOT NULL
);

-- Actors whose inbox answered 410, until it is known whether they are gone.
CREATE TABLE IF NOT EXISTS gone_actors (
  actor_id BIGINT PRIMARY KEY,
  confirmed SMALLINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS gone_actors_next ON gone_actors (next_at);

CREATE INDEX IF NOT EXISTS tombstones_age ON tombstones (created_at);

-- The audience of an activity is looked at again when it is sent.
CREATE INDEX IF NOT EXISTS outbox_activity ON outbox (activity_id);
