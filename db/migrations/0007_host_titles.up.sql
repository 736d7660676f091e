-- What a server calls itself in its NodeInfo: a claim, always shown beside the name of the host.
CREATE TABLE IF NOT EXISTS host_titles (
  host TEXT PRIMARY KEY,
  title TEXT NOT NULL
);
