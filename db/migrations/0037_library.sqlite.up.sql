-- By what the library of a community can be narrowed, noted when something is published, and its order.
CREATE TABLE IF NOT EXISTS artifact_facets (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  facet TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (group_id, facet, value)
);
INSERT INTO artifact_facets (group_id, facet, value)
SELECT DISTINCT group_id, 'kind', kind FROM artifacts WHERE version > 0 AND kind <> ''
UNION SELECT group_id, 'lang', lang FROM artifacts WHERE version > 0 AND lang <> ''
UNION SELECT group_id, 'maturity', maturity FROM artifacts WHERE version > 0 AND maturity <> ''
UNION SELECT a.group_id, 'host', p.host FROM artifacts a JOIN actors p ON p.id = a.author_id WHERE a.version > 0
ON CONFLICT DO NOTHING;
INSERT INTO artifact_facets (group_id, facet, value)
WITH RECURSIVE word(group_id, value, rest) AS (
  SELECT group_id, '', trim(topics) || ' ' FROM artifacts WHERE version > 0 AND trim(topics) <> ''
  UNION
  SELECT group_id, substr(rest, 1, instr(rest, ' ') - 1), substr(rest, instr(rest, ' ') + 1) FROM word WHERE rest <> ''
)
SELECT DISTINCT group_id, 'topic', value FROM word WHERE value <> ''
ON CONFLICT DO NOTHING;
CREATE INDEX IF NOT EXISTS artifacts_shelf ON artifacts (group_id, id, kind, lang, maturity, topics, author_id, steward_id, retired_at, review_by) WHERE version > 0;
CREATE INDEX IF NOT EXISTS artifacts_making ON artifacts (group_id, updated_at)
  WHERE (version = 0 OR stage <> 'published') AND retired_at = 0 AND discarded_at = 0;
