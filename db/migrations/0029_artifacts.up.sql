-- What a community knows and keeps: artifacts, their versions, drafts, reviews, suggestions and reports of use.
CREATE TABLE IF NOT EXISTS artifacts (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  author_id BIGINT NOT NULL DEFAULT 0,
  steward_id BIGINT NOT NULL DEFAULT 0,
  kind TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  abstract TEXT NOT NULL DEFAULT '',
  audience TEXT NOT NULL DEFAULT '',
  lang TEXT NOT NULL DEFAULT '',
  blocks TEXT NOT NULL DEFAULT '[]',
  revision BIGINT NOT NULL DEFAULT 0,
  stage TEXT NOT NULL,
  version BIGINT NOT NULL DEFAULT 0,
  maturity TEXT NOT NULL DEFAULT '',
  validity TEXT NOT NULL DEFAULT '',
  licence TEXT NOT NULL DEFAULT '',
  topics TEXT NOT NULL DEFAULT '',
  links TEXT NOT NULL DEFAULT '{}',
  override TEXT NOT NULL DEFAULT '',
  uses_count BIGINT NOT NULL DEFAULT 0,
  uses_orgs BIGINT NOT NULL DEFAULT 0,
  uses_hours BIGINT NOT NULL DEFAULT 0,
  review_by BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  published_at BIGINT NOT NULL DEFAULT 0,
  retired_at BIGINT NOT NULL DEFAULT 0,
  discarded_at BIGINT NOT NULL DEFAULT 0,
  heard_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS artifacts_group ON artifacts (group_id, stage, id);
CREATE INDEX IF NOT EXISTS artifacts_steward ON artifacts (steward_id) WHERE steward_id <> 0;

CREATE TABLE IF NOT EXISTS artifact_versions (
  id BIGINT PRIMARY KEY,
  artifact_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  uri TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  abstract TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL,
  hash TEXT NOT NULL,
  change_note TEXT NOT NULL DEFAULT '',
  people TEXT NOT NULL DEFAULT '[]',
  published_at BIGINT NOT NULL,
  UNIQUE (artifact_id, number)
);

CREATE TABLE IF NOT EXISTS artifact_saves (
  artifact_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  revision BIGINT NOT NULL,
  actor_id BIGINT NOT NULL DEFAULT 0,
  title TEXT NOT NULL DEFAULT '',
  abstract TEXT NOT NULL DEFAULT '',
  blocks TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (artifact_id, revision)
);

CREATE TABLE IF NOT EXISTS artifact_reviews (
  id BIGINT PRIMARY KEY,
  artifact_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  reviewer_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  round BIGINT NOT NULL,
  revision BIGINT NOT NULL,
  asked_uri TEXT NOT NULL DEFAULT '',
  verdict TEXT NOT NULL DEFAULT '',
  verdict_uri TEXT NOT NULL DEFAULT '',
  criteria TEXT NOT NULL DEFAULT '{}',
  interest TEXT NOT NULL DEFAULT '',
  comment TEXT NOT NULL DEFAULT '',
  answer TEXT NOT NULL DEFAULT '',
  door TEXT NOT NULL DEFAULT '',
  asked_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL DEFAULT 0,
  done_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE (artifact_id, round, reviewer_id)
);
CREATE INDEX IF NOT EXISTS artifact_reviews_reviewer ON artifact_reviews (reviewer_id, done_at);
CREATE INDEX IF NOT EXISTS artifact_reviews_asked ON artifact_reviews (asked_uri) WHERE asked_uri <> '';

CREATE TABLE IF NOT EXISTS artifact_suggestions (
  id BIGINT PRIMARY KEY,
  artifact_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  block TEXT NOT NULL,
  was TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  answer TEXT NOT NULL DEFAULT '',
  uri TEXT NOT NULL UNIQUE,
  at BIGINT NOT NULL,
  decided_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS artifact_suggestions_artifact ON artifact_suggestions (artifact_id, id);

CREATE TABLE IF NOT EXISTS artifact_uses (
  id BIGINT PRIMARY KEY,
  artifact_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL UNIQUE REFERENCES posts (id) ON DELETE CASCADE,
  version BIGINT NOT NULL DEFAULT 0,
  host TEXT NOT NULL DEFAULT '',
  place TEXT NOT NULL DEFAULT '',
  way TEXT NOT NULL DEFAULT '',
  changed TEXT NOT NULL DEFAULT '',
  result TEXT NOT NULL DEFAULT '',
  hours BIGINT NOT NULL DEFAULT 0,
  at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS artifact_uses_artifact ON artifact_uses (artifact_id, id);

CREATE TABLE IF NOT EXISTS artifact_kept (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  artifact_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  progress TEXT NOT NULL DEFAULT '{}',
  saved BOOLEAN NOT NULL DEFAULT FALSE,
  at BIGINT NOT NULL,
  PRIMARY KEY (account_id, artifact_id)
);
