DROP TABLE IF EXISTS follow_ends;
