DROP TABLE IF EXISTS artifact_keys;
DROP TABLE IF EXISTS artifact_care;
