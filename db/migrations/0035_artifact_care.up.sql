-- When somebody was last told that an artifact is due, and the keys by which reviewers without an account
-- here read a draft.
CREATE TABLE IF NOT EXISTS artifact_care (
  artifact_id BIGINT PRIMARY KEY REFERENCES artifacts (id) ON DELETE CASCADE,
  reminded_at BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS artifact_keys (
  read_key TEXT PRIMARY KEY,
  artifact_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  reviewer_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE
);
