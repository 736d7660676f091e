-- Which discussion a line in somebody's inbox belongs to, so that reading a discussion looks at its own
-- lines alone.
ALTER TABLE notifications ADD COLUMN IF NOT EXISTS discussion_id BIGINT NOT NULL DEFAULT 0;
UPDATE notifications n SET discussion_id = p.discussion_id FROM posts p WHERE p.id = n.post_id AND n.discussion_id = 0;
-- It serves for all that is unread as well, in place of notifications_unread.
CREATE INDEX IF NOT EXISTS notifications_unread_in ON notifications (account_id, discussion_id) WHERE read_at = 0;
DROP INDEX IF EXISTS notifications_unread;
