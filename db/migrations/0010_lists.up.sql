-- Members in the order of their lists, and who waits to be let in, whatever size a community has.
CREATE INDEX IF NOT EXISTS memberships_list ON memberships (group_id, id) WHERE left_at = 0;
CREATE INDEX IF NOT EXISTS memberships_pending ON memberships (group_id, actor_id) WHERE status = 'pending';
