-- Who may read what a person tells of what they know. Who chose nothing shows it to those who belong
-- to a community with them, as it was promised when they wrote it. Of people elsewhere: who vouches
-- for them, as their own server says.
CREATE TABLE IF NOT EXISTS profile_faces (
  actor_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  shown TEXT NOT NULL DEFAULT 'members',
  vouched TEXT NOT NULL DEFAULT ''
);

-- When a silent member said that they stay.
CREATE TABLE IF NOT EXISTS member_stays (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  at BIGINT NOT NULL,
  PRIMARY KEY (group_id, actor_id)
);
