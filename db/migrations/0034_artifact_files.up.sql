-- Files that go with artifacts: those of the draft, those of each version, which never change, and what
-- was not understood of a text that was brought in.
CREATE TABLE IF NOT EXISTS artifact_files (
  id BIGINT PRIMARY KEY,
  artifact_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  number BIGINT NOT NULL DEFAULT 0,
  digest TEXT NOT NULL,
  name TEXT NOT NULL,
  label TEXT NOT NULL DEFAULT '',
  media_type TEXT NOT NULL,
  size BIGINT NOT NULL,
  width BIGINT NOT NULL DEFAULT 0,
  height BIGINT NOT NULL DEFAULT 0,
  words TEXT NOT NULL DEFAULT '',
  put_by BIGINT NOT NULL DEFAULT 0,
  put_at BIGINT NOT NULL,
  UNIQUE (artifact_id, number, digest)
);
CREATE INDEX IF NOT EXISTS artifact_files_digest ON artifact_files (digest);

CREATE TABLE IF NOT EXISTS artifact_imports (
  artifact_id BIGINT PRIMARY KEY REFERENCES artifacts (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  lost TEXT NOT NULL DEFAULT '{}',
  at BIGINT NOT NULL
);

-- The chapters of a book, each an artifact of its own: number 0 are those of the draft.
CREATE TABLE IF NOT EXISTS artifact_chapters (
  book_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  number BIGINT NOT NULL DEFAULT 0,
  position BIGINT NOT NULL,
  chapter_id BIGINT NOT NULL REFERENCES artifacts (id) ON DELETE CASCADE,
  version BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (book_id, number, chapter_id)
);
CREATE INDEX IF NOT EXISTS artifact_chapters_chapter ON artifact_chapters (chapter_id);
