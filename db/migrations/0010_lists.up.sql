-- Members in the order of their lists, who waits to be let in, and what is pinned, whatever size a
-- community has.
CREATE INDEX IF NOT EXISTS memberships_list ON memberships (group_id, id) WHERE left_at = 0;
CREATE INDEX IF NOT EXISTS memberships_pending ON memberships (group_id, actor_id) WHERE status = 'pending';
CREATE INDEX IF NOT EXISTS posts_pinned ON posts (group_id, pinned_at) WHERE pinned_at > 0 AND reply_to_id = 0;
