-- The Flag under which moderators on other servers know a report.
CREATE TABLE IF NOT EXISTS report_copies (
  report_id BIGINT PRIMARY KEY REFERENCES reports (id) ON DELETE CASCADE,
  uri TEXT NOT NULL UNIQUE
);

-- Reports that are appeals against a ban, one for each ban, and who looks at them.
CREATE TABLE IF NOT EXISTS appeals (
  report_id BIGINT PRIMARY KEY REFERENCES reports (id) ON DELETE CASCADE,
  group_id BIGINT NOT NULL,
  ban_uri TEXT NOT NULL,
  judge_id BIGINT NOT NULL DEFAULT 0,
  UNIQUE (group_id, ban_uri)
);

-- Who reads what was done in a community; without a row its members do.
CREATE TABLE IF NOT EXISTS group_logs (
  group_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  readers TEXT NOT NULL
);

-- Discussions in which everybody waits between two answers, and until when.
CREATE TABLE IF NOT EXISTS slow_modes (
  discussion_id BIGINT PRIMARY KEY,
  seconds BIGINT NOT NULL,
  until BIGINT NOT NULL,
  by_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS bans_uri ON bans (uri);
