-- Posts of a discussion by age: what is new in it, and the conversation as other servers read it.
CREATE INDEX IF NOT EXISTS posts_age ON posts (discussion_id, id);
