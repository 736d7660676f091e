-- Which discussion a line in somebody's inbox belongs to, so that reading a discussion looks at its own
-- lines alone. SQLite adds no column twice, and a file here may be run twice: the table is written anew.
-- Nothing refers to it.
CREATE TABLE IF NOT EXISTS notifications_anew (
  id BIGINT PRIMARY KEY,
  account_id BIGINT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  actor_id BIGINT NOT NULL DEFAULT 0,
  group_id BIGINT NOT NULL DEFAULT 0,
  post_id BIGINT NOT NULL DEFAULT 0,
  report_id BIGINT NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL,
  read_at BIGINT NOT NULL DEFAULT 0,
  discussion_id BIGINT NOT NULL DEFAULT 0
);
INSERT INTO notifications_anew (id, account_id, kind, actor_id, group_id, post_id, report_id, note, created_at, read_at, discussion_id)
  SELECT n.id, n.account_id, n.kind, n.actor_id, n.group_id, n.post_id, n.report_id, n.note, n.created_at, n.read_at, coalesce(p.discussion_id, 0)
  FROM notifications n LEFT JOIN posts p ON p.id = n.post_id ORDER BY n.id;
DROP TABLE notifications;
ALTER TABLE notifications_anew RENAME TO notifications;
CREATE INDEX IF NOT EXISTS notifications_account ON notifications (account_id, id);
-- It serves for all that is unread as well, in place of notifications_unread.
CREATE INDEX IF NOT EXISTS notifications_unread_in ON notifications (account_id, discussion_id) WHERE read_at = 0;
