-- Single posts of communities that are not open, given to the public by decision. The table of 0013
-- was never written; this one knows what was asked, too. The id is that of the public Note.
DROP TABLE IF EXISTS releases;
CREATE TABLE IF NOT EXISTS releases (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  post_id BIGINT NOT NULL,
  state TEXT NOT NULL,
  by_id BIGINT NOT NULL,
  asked_at BIGINT NOT NULL,
  out_at BIGINT NOT NULL DEFAULT 0,
  ended_at BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS releases_post ON releases (post_id) WHERE state IN ('asked', 'out');
CREATE INDEX IF NOT EXISTS releases_group ON releases (group_id, state, id);
