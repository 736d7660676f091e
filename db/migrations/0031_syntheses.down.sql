DROP TABLE IF EXISTS query_replies;
DROP TABLE IF EXISTS synthesis_editors;
DROP TABLE IF EXISTS synthesis_objections;
DROP TABLE IF EXISTS synthesis_sources;
DROP TABLE IF EXISTS syntheses;
