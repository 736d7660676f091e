DROP TABLE IF EXISTS profile_links;
