-- What somebody committed to on joining: each time anew, the last one counts.
CREATE TABLE IF NOT EXISTS commitments (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  charter_version BIGINT NOT NULL DEFAULT 0,
  charter_uri TEXT NOT NULL DEFAULT '',
  words TEXT NOT NULL DEFAULT '',
  link TEXT NOT NULL DEFAULT '',
  introduction TEXT NOT NULL DEFAULT '',
  quiet BOOLEAN NOT NULL DEFAULT FALSE,
  door TEXT NOT NULL DEFAULT '',
  post_id BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS commitments_person ON commitments (group_id, actor_id, id);

-- What was said about somebody's wish to belong: questions, answers, decisions.
CREATE TABLE IF NOT EXISTS join_words (
  id BIGINT PRIMARY KEY,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  by_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL DEFAULT '',
  created_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS join_words_person ON join_words (group_id, actor_id, id);
CREATE INDEX IF NOT EXISTS join_words_kind ON join_words (group_id, kind, id);

CREATE TABLE IF NOT EXISTS invitations (
  id BIGINT PRIMARY KEY,
  uri TEXT NOT NULL UNIQUE,
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  by_id BIGINT NOT NULL,
  text TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL,
  ends_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (group_id, actor_id)
);
CREATE INDEX IF NOT EXISTS invitations_person ON invitations (actor_id, state);

-- What a member decides about the membership: who may see it, and how it sleeps and ends.
CREATE TABLE IF NOT EXISTS member_choices (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  shown TEXT NOT NULL DEFAULT 'members',
  asked_at BIGINT NOT NULL DEFAULT 0,
  left_why TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (group_id, actor_id)
);

-- What a person tells about what they know, beside name and organisation.
CREATE TABLE IF NOT EXISTS profiles (
  actor_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  team TEXT NOT NULL DEFAULT '',
  job TEXT NOT NULL DEFAULT '',
  languages TEXT NOT NULL DEFAULT '',
  places TEXT NOT NULL DEFAULT '',
  topics TEXT NOT NULL DEFAULT '',
  folded TEXT NOT NULL DEFAULT '',
  updated_at BIGINT NOT NULL
);

CREATE TABLE IF NOT EXISTS endorsements (
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  topic TEXT NOT NULL,
  by_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (actor_id, topic, by_id)
);

-- Further ways in of one person: actors that have proved to be the same.
CREATE TABLE IF NOT EXISTS person_doors (
  actor_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  person_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  proof TEXT NOT NULL,
  verified_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS person_doors_person ON person_doors (person_id);

-- Communities that nobody facilitates: how far word of it has gone, and who offers to.
CREATE TABLE IF NOT EXISTS escalations (
  group_id BIGINT PRIMARY KEY REFERENCES actors (id) ON DELETE CASCADE,
  step SMALLINT NOT NULL,
  since BIGINT NOT NULL
);
CREATE TABLE IF NOT EXISTS volunteers (
  group_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  actor_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  by_id BIGINT NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (group_id, actor_id, by_id)
);
