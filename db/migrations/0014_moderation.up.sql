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

CREATE INDEX IF NOT EXISTS bans_uri ON bans (uri);
