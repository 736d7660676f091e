DROP TRIGGER IF EXISTS contributions_kept ON contributions;
DROP FUNCTION IF EXISTS contributions_stay();
DROP INDEX IF EXISTS contributions_object;
DROP INDEX IF EXISTS artifact_reviews_open;
DROP INDEX IF EXISTS memberships_fresh;
DROP INDEX IF EXISTS artifacts_due;
DROP TABLE IF EXISTS guest_passes;
DROP TABLE IF EXISTS guest_links;
