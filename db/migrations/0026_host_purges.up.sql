-- Servers of which everything goes that they ever sent, and how far that is.
CREATE TABLE IF NOT EXISTS host_purges (
  host TEXT PRIMARY KEY,
  reason TEXT NOT NULL,
  part TEXT NOT NULL,
  cursor BIGINT NOT NULL,
  people BIGINT NOT NULL,
  groups BIGINT NOT NULL,
  posts BIGINT NOT NULL,
  marks BIGINT NOT NULL,
  steps BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  done_at BIGINT NOT NULL
);
