DROP INDEX IF EXISTS artifacts_making;
DROP INDEX IF EXISTS artifacts_shelf;
DROP TABLE IF EXISTS artifact_facets;
