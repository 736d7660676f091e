DROP TABLE IF EXISTS charter_sources;
DROP TABLE IF EXISTS founder_duties;
DROP TABLE IF EXISTS group_kin;
