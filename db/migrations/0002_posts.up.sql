-- What people say, and what others do with it.
CREATE TABLE IF NOT EXISTS posts (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL DEFAULT '',
  group_id BIGINT NOT NULL DEFAULT 0,
  author_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  discussion_id BIGINT NOT NULL,
  reply_to_id BIGINT NOT NULL DEFAULT 0,
  reply_to_uri TEXT NOT NULL DEFAULT '',
  context_uri TEXT NOT NULL DEFAULT '',
  path TEXT NOT NULL DEFAULT '',
  kind TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  content TEXT NOT NULL DEFAULT '',
  source TEXT NOT NULL DEFAULT '',
  source_type TEXT NOT NULL DEFAULT '',
  summary TEXT NOT NULL DEFAULT '',
  sensitive BOOLEAN NOT NULL DEFAULT FALSE,
  lang TEXT NOT NULL DEFAULT '',
  visibility TEXT NOT NULL DEFAULT 'public',
  state TEXT NOT NULL,
  state_reason TEXT NOT NULL DEFAULT '',
  state_by BIGINT NOT NULL DEFAULT 0,
  state_at BIGINT NOT NULL DEFAULT 0,
  door TEXT NOT NULL DEFAULT '',
  local BOOLEAN NOT NULL,
  with_followers BOOLEAN NOT NULL DEFAULT FALSE,
  create_activity_id BIGINT NOT NULL DEFAULT 0,
  published_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  edited_at BIGINT NOT NULL DEFAULT 0,
  active_at BIGINT NOT NULL DEFAULT 0,
  locked_at BIGINT NOT NULL DEFAULT 0,
  pinned_at BIGINT NOT NULL DEFAULT 0,
  replies_count BIGINT NOT NULL DEFAULT 0,
  likes_count BIGINT NOT NULL DEFAULT 0,
  shares_count BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS posts_tree ON posts (discussion_id, path);
CREATE INDEX IF NOT EXISTS posts_group ON posts (group_id, active_at, id) WHERE reply_to_id = 0;
CREATE INDEX IF NOT EXISTS posts_group_state ON posts (group_id, state, id) WHERE state <> 'published';
CREATE INDEX IF NOT EXISTS posts_author ON posts (author_id, id);
CREATE INDEX IF NOT EXISTS posts_parent ON posts (reply_to_id, id) WHERE reply_to_id <> 0;

CREATE TABLE IF NOT EXISTS post_revisions (
  id BIGINT PRIMARY KEY,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  written_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS post_revisions_post ON post_revisions (post_id, id);

CREATE TABLE IF NOT EXISTS attachments (
  id BIGINT PRIMARY KEY,
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  position SMALLINT NOT NULL DEFAULT 0,
  type TEXT NOT NULL,
  url TEXT NOT NULL,
  media_type TEXT NOT NULL DEFAULT '',
  name TEXT NOT NULL DEFAULT '',
  size BIGINT NOT NULL DEFAULT 0,
  width BIGINT NOT NULL DEFAULT 0,
  height BIGINT NOT NULL DEFAULT 0,
  digest TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS attachments_post ON attachments (post_id, position);

CREATE TABLE IF NOT EXISTS post_tags (
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (post_id, tag)
);
CREATE INDEX IF NOT EXISTS post_tags_tag ON post_tags (tag, post_id);

CREATE TABLE IF NOT EXISTS post_mentions (
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  PRIMARY KEY (post_id, actor_id)
);
CREATE INDEX IF NOT EXISTS post_mentions_actor ON post_mentions (actor_id, post_id);

CREATE TABLE IF NOT EXISTS likes (
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  uri TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (post_id, actor_id)
);
CREATE INDEX IF NOT EXISTS likes_uri ON likes (uri);

CREATE TABLE IF NOT EXISTS shares (
  post_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  uri TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  PRIMARY KEY (post_id, actor_id)
);
CREATE INDEX IF NOT EXISTS shares_uri ON shares (uri);

CREATE TABLE IF NOT EXISTS notifications (
  id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL DEFAULT 0,
  group_id BIGINT NOT NULL DEFAULT 0,
  post_id BIGINT NOT NULL DEFAULT 0,
  report_id BIGINT NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  read_at BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS notifications_account ON notifications (account_id, id);
CREATE INDEX IF NOT EXISTS notifications_unread ON notifications (account_id) WHERE read_at = 0;

CREATE TABLE IF NOT EXISTS readings (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  discussion_id BIGINT NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  last_post_id BIGINT NOT NULL,
  read_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, discussion_id)
);

CREATE TABLE IF NOT EXISTS drafts (
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  form TEXT NOT NULL,
  target TEXT NOT NULL,
  title TEXT NOT NULL DEFAULT '',
  body TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (account_id, form, target)
);

CREATE TABLE IF NOT EXISTS reports (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  group_id BIGINT NOT NULL DEFAULT 0,
  reporter_id BIGINT NOT NULL,
  target_id BIGINT NOT NULL DEFAULT 0,
  post_id BIGINT NOT NULL DEFAULT 0,
  content TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL DEFAULT 'open',
  resolution TEXT NOT NULL DEFAULT '',
  resolved_by BIGINT NOT NULL DEFAULT 0,
  resolved_at BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS reports_open ON reports (group_id, state, id);

CREATE TABLE IF NOT EXISTS moderation_log (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL DEFAULT 0,
  actor_id BIGINT NOT NULL,
  act TEXT NOT NULL,
  post_id BIGINT NOT NULL DEFAULT 0,
  target_id BIGINT NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS moderation_log_group ON moderation_log (group_id, id);
