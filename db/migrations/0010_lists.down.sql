DROP INDEX IF EXISTS memberships_list;
DROP INDEX IF EXISTS memberships_pending;
DROP INDEX IF EXISTS posts_pinned;
