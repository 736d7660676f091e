DROP INDEX IF EXISTS outbox_activity;
DROP INDEX IF EXISTS tombstones_age;
DROP TABLE IF EXISTS gone_actors;
DROP TABLE IF EXISTS host_calls;
DROP TABLE IF EXISTS leases;
