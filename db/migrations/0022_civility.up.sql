-- Where everybody waits between two posts, and until when: a discussion, or a whole community.
CREATE TABLE IF NOT EXISTS slow_modes (
  place_id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  seconds BIGINT NOT NULL,
  until BIGINT NOT NULL,
  by_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS slow_modes_group ON slow_modes (group_id);

-- Posts that a facilitator has hidden for a day, until a moderator looks at them.
CREATE TABLE IF NOT EXISTS brief_hides (
  post_id BIGINT PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  by_id BIGINT NOT NULL,
  until BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS brief_hides_until ON brief_hides (until);

-- Who reads what was done in a community; without a row its members do.
CREATE TABLE IF NOT EXISTS log_readers (
  group_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  readers TEXT NOT NULL
);

-- Discussions that went to another community: what stays behind where they began.
CREATE TABLE IF NOT EXISTS thread_moves (
  id BIGINT PRIMARY KEY,
  discussion_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  from_id BIGINT NOT NULL,
  to_id BIGINT NOT NULL,
  by_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS thread_moves_from ON thread_moves (from_id, id);
CREATE INDEX IF NOT EXISTS thread_moves_discussion ON thread_moves (discussion_id, id);
