DROP TABLE IF EXISTS host_titles;
