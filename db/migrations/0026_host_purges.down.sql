DROP TABLE IF EXISTS host_purges;
