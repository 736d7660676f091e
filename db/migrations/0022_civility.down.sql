DROP TABLE IF EXISTS thread_moves;
DROP TABLE IF EXISTS log_readers;
DROP TABLE IF EXISTS brief_hides;
DROP TABLE IF EXISTS slow_modes;
