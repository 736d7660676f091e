DROP TABLE IF EXISTS artifact_kept;
DROP TABLE IF EXISTS artifact_uses;
DROP TABLE IF EXISTS artifact_suggestions;
DROP TABLE IF EXISTS artifact_reviews;
DROP TABLE IF EXISTS artifact_saves;
DROP TABLE IF EXISTS artifact_versions;
DROP TABLE IF EXISTS artifacts;
