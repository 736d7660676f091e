CREATE INDEX IF NOT EXISTS notifications_unread ON notifications (account_id) WHERE read_at = 0;
DROP INDEX IF EXISTS notifications_unread_in;
ALTER TABLE notifications DROP COLUMN discussion_id;
