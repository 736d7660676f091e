-- What a query is beside the post that starts its discussion (domain.md 4.3).
CREATE TABLE IF NOT EXISTS queries (
  post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL,
  asker_id BIGINT NOT NULL,
  anonymous BOOLEAN NOT NULL DEFAULT FALSE,
  kind TEXT NOT NULL,
  state TEXT NOT NULL,
  state_at BIGINT NOT NULL,
  days BIGINT NOT NULL DEFAULT 10,
  wanted_by BIGINT NOT NULL DEFAULT 0,
  opened_at BIGINT NOT NULL DEFAULT 0,
  closes_at BIGINT NOT NULL DEFAULT 0,
  extended_at BIGINT NOT NULL DEFAULT 0,
  half_at BIGINT NOT NULL DEFAULT 0,
  noticed_at BIGINT NOT NULL DEFAULT 0,
  prompted_at BIGINT NOT NULL DEFAULT 0,
  closed_at BIGINT NOT NULL DEFAULT 0,
  reopened_at BIGINT NOT NULL DEFAULT 0,
  why TEXT NOT NULL DEFAULT '',
  duplicate_of TEXT NOT NULL DEFAULT '',
  said_at BIGINT NOT NULL DEFAULT 0,
  unsaid TEXT NOT NULL DEFAULT '',
  outcome_due BIGINT NOT NULL DEFAULT 0,
  outcome_asked_at BIGINT NOT NULL DEFAULT 0,
  outcome TEXT NOT NULL DEFAULT '',
  outcome_words TEXT NOT NULL DEFAULT '',
  outcome_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS queries_group ON queries (group_id, state, closes_at);
CREATE INDEX IF NOT EXISTS queries_state ON queries (state, closes_at);
CREATE INDEX IF NOT EXISTS queries_asker ON queries (asker_id, post_id);
CREATE INDEX IF NOT EXISTS queries_outcome ON queries (outcome_due) WHERE outcome_due > 0;

-- What kind of answer to a query a post is, and who says so; 0: its author, or a word in it.
CREATE TABLE IF NOT EXISTS responses (
  post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  query_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  author_id BIGINT NOT NULL,
  organisation TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL DEFAULT '',
  set_by BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS responses_query ON responses (query_id, post_id);

-- Who was asked to help with which query.
CREATE TABLE IF NOT EXISTS query_nudges (
  query_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  PRIMARY KEY (query_id, actor_id)
);
CREATE INDEX IF NOT EXISTS query_nudges_actor ON query_nudges (actor_id, at);

-- Who does not want to be asked to help in a community.
CREATE TABLE IF NOT EXISTS nudge_refusals (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  PRIMARY KEY (group_id, actor_id)
);

-- Where in other communities a post points to a query.
CREATE TABLE IF NOT EXISTS query_pointers (
  query_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (query_id, group_id)
);

-- How often somebody who was about to ask found the answer there already. Nobody is named.
CREATE TABLE IF NOT EXISTS self_served (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS self_served_group ON self_served (group_id, at);

-- What people gave to a community, as it was when they did; rows are added and never changed.
CREATE TABLE IF NOT EXISTS contributions (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL,
  actor_id BIGINT NOT NULL,
  organisation TEXT NOT NULL,
  door TEXT NOT NULL,
  kind TEXT NOT NULL,
  object TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS contributions_group ON contributions (group_id, at);

-- Duties of facilitators that were put off, or given to somebody.
CREATE TABLE IF NOT EXISTS duty_marks (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  duty TEXT NOT NULL,
  object_id BIGINT NOT NULL,
  until BIGINT NOT NULL DEFAULT 0,
  assignee_id BIGINT NOT NULL DEFAULT 0,
  by_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (group_id, duty, object_id)
);
