-- One-time links by which somebody with an account elsewhere comes in, and the browsers they came in with.
CREATE TABLE IF NOT EXISTS guest_links (
  token_hash TEXT PRIMARY KEY,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  browser TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS guest_links_actor ON guest_links (actor_id, made_at);

CREATE TABLE IF NOT EXISTS guest_passes (
  pass_hash TEXT PRIMARY KEY,
  public_id BIGINT NOT NULL UNIQUE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  user_agent TEXT NOT NULL DEFAULT '',
  made_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS guest_passes_actor ON guest_passes (actor_id, expires_at);

-- Lists of duties ask for these.
CREATE INDEX IF NOT EXISTS artifacts_due ON artifacts (group_id, review_by) WHERE version > 0 AND retired_at = 0;
CREATE INDEX IF NOT EXISTS memberships_fresh ON memberships (group_id, joined_at) WHERE left_at = 0;
CREATE INDEX IF NOT EXISTS artifact_reviews_open ON artifact_reviews (due_at) WHERE done_at = 0;

CREATE INDEX IF NOT EXISTS contributions_object ON contributions (object, actor_id);

-- What was given is never changed or taken away: figures of the past stay what they were.
CREATE TRIGGER IF NOT EXISTS contributions_unchanged BEFORE UPDATE ON contributions
BEGIN SELECT RAISE(ABORT, 'contributions are added, never changed'); END;
CREATE TRIGGER IF NOT EXISTS contributions_kept BEFORE DELETE ON contributions
BEGIN SELECT RAISE(ABORT, 'contributions are added, never taken away'); END;
