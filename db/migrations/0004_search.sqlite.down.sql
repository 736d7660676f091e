DROP TABLE IF EXISTS post_search;
