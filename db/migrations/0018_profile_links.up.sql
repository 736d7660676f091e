-- Addresses that somebody elsewhere gives as their own in the lines of a profile (rel=me), one a line.
CREATE TABLE IF NOT EXISTS profile_links (
  actor_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  links TEXT NOT NULL
);
