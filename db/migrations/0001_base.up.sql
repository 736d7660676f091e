-- Actors, accounts, groups and who belongs to whom.
CREATE TABLE IF NOT EXISTS settings (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS actors (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  type TEXT NOT NULL,
  local BOOLEAN NOT NULL,
  handle TEXT NOT NULL,
  host TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  summary TEXT NOT NULL DEFAULT '',
  summary_source TEXT NOT NULL DEFAULT '',
  organisation TEXT NOT NULL DEFAULT '',
  url TEXT NOT NULL DEFAULT '',
  icon_uri TEXT NOT NULL DEFAULT '',
  inbox TEXT NOT NULL DEFAULT '',
  shared_inbox TEXT NOT NULL DEFAULT '',
  outbox TEXT NOT NULL DEFAULT '',
  followers_uri TEXT NOT NULL DEFAULT '',
  following_uri TEXT NOT NULL DEFAULT '',
  featured_uri TEXT NOT NULL DEFAULT '',
  moderators_uri TEXT NOT NULL DEFAULT '',
  public_key_id TEXT NOT NULL DEFAULT '',
  public_key TEXT NOT NULL DEFAULT '',
  proof_key_id TEXT NOT NULL DEFAULT '',
  proof_key TEXT NOT NULL DEFAULT '',
  private_key BYTEA,
  private_proof_key BYTEA,
  locked BOOLEAN NOT NULL DEFAULT FALSE,
  discoverable BOOLEAN NOT NULL DEFAULT FALSE,
  indexable BOOLEAN NOT NULL DEFAULT FALSE,
  also_known_as TEXT NOT NULL DEFAULT '',
  moved_to TEXT NOT NULL DEFAULT '',
  followers_count BIGINT NOT NULL DEFAULT 0,
  following_count BIGINT NOT NULL DEFAULT 0,
  posts_count BIGINT NOT NULL DEFAULT 0,
  fetched_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL DEFAULT 0,
  deleted_at BIGINT NOT NULL DEFAULT 0,
  suspended_at BIGINT NOT NULL DEFAULT 0,
  silenced_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS actors_local_handle ON actors (handle) WHERE local;
CREATE INDEX IF NOT EXISTS actors_handle ON actors (handle, host);
CREATE INDEX IF NOT EXISTS actors_host ON actors (host, id);
CREATE INDEX IF NOT EXISTS actors_key ON actors (public_key_id);

CREATE TABLE IF NOT EXISTS groups (
  actor_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  openness TEXT NOT NULL DEFAULT 'open',
  post_policy TEXT NOT NULL DEFAULT 'anyone',
  hold_policy TEXT NOT NULL DEFAULT 'links',
  tagline TEXT NOT NULL DEFAULT '',
  languages TEXT NOT NULL DEFAULT '',
  hides_counts BOOLEAN NOT NULL DEFAULT FALSE,
  announces_comments BOOLEAN NOT NULL DEFAULT FALSE,
  signed_fetch BOOLEAN NOT NULL DEFAULT FALSE,
  discussions_count BIGINT NOT NULL DEFAULT 0,
  members_count BIGINT NOT NULL DEFAULT 0,
  last_activity_at BIGINT NOT NULL DEFAULT 0,
  backfilled_at BIGINT NOT NULL DEFAULT 0,
  backfill_note TEXT NOT NULL DEFAULT '',
  archived_at BIGINT NOT NULL DEFAULT 0,
  moderators_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS accounts (
  id BIGINT PRIMARY KEY,
  actor_id BIGINT NOT NULL UNIQUE REFERENCES actors (id) ON DELETE CASCADE,
  email TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  role TEXT NOT NULL DEFAULT 'user',
  locale TEXT NOT NULL DEFAULT '',
  time_zone TEXT NOT NULL DEFAULT 'UTC',
  theme TEXT NOT NULL DEFAULT '',
  shares_with_followers BOOLEAN NOT NULL DEFAULT FALSE,
  single_keys BOOLEAN NOT NULL DEFAULT TRUE,
  slow_line BOOLEAN NOT NULL DEFAULT FALSE,
  disabled_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL DEFAULT 0,
  inbox_seen_at BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS sessions (
  token_hash TEXT PRIMARY KEY,
  public_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL DEFAULT 0,
  data BYTEA NOT NULL,
  user_agent TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS sessions_account ON sessions (account_id);
CREATE INDEX IF NOT EXISTS sessions_expiry ON sessions (expires_at);

CREATE TABLE IF NOT EXISTS follows (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL DEFAULT '',
  follower_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  followee_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  state TEXT NOT NULL,
  level TEXT NOT NULL DEFAULT 'threads',
  created_at BIGINT NOT NULL,
  accepted_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE (follower_id, followee_id)
);
CREATE INDEX IF NOT EXISTS follows_followee ON follows (followee_id, state, id);
CREATE INDEX IF NOT EXISTS follows_uri ON follows (uri);

CREATE TABLE IF NOT EXISTS follower_inboxes (
  followee_id BIGINT NOT NULL,
  inbox TEXT NOT NULL,
  host TEXT NOT NULL,
  followers BIGINT NOT NULL,
  PRIMARY KEY (followee_id, inbox)
);

CREATE TABLE IF NOT EXISTS memberships (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL DEFAULT '',
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  status TEXT NOT NULL,
  door TEXT NOT NULL DEFAULT '',
  joined_at BIGINT NOT NULL DEFAULT 0,
  left_at BIGINT NOT NULL DEFAULT 0,
  UNIQUE (group_id, actor_id)
);
CREATE INDEX IF NOT EXISTS memberships_actor ON memberships (actor_id, group_id);

CREATE TABLE IF NOT EXISTS role_grants (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  role TEXT NOT NULL,
  granted_by BIGINT NOT NULL DEFAULT 0,
  since BIGINT NOT NULL,
  UNIQUE (group_id, actor_id, role)
);
CREATE INDEX IF NOT EXISTS role_grants_actor ON role_grants (actor_id, role);

CREATE TABLE IF NOT EXISTS bans (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  uri TEXT NOT NULL DEFAULT '',
  reason TEXT NOT NULL DEFAULT '',
  banned_by BIGINT NOT NULL DEFAULT 0,
  until BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (group_id, actor_id)
);

CREATE TABLE IF NOT EXISTS actor_blocks (
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  target_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  uri TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (actor_id, target_id)
);
CREATE INDEX IF NOT EXISTS actor_blocks_target ON actor_blocks (target_id);
