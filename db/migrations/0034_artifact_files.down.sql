DROP TABLE IF EXISTS artifact_chapters;
DROP TABLE IF EXISTS artifact_imports;
DROP TABLE IF EXISTS artifact_files;
