ALTER TABLE group_lives DROP COLUMN charter_read_at;
ALTER TABLE group_lives DROP COLUMN charter_uri;
ALTER TABLE founders DROP COLUMN facilitates;
DROP TABLE IF EXISTS group_kin;
