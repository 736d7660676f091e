DROP TABLE IF EXISTS move_mergers;
