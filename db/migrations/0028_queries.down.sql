DROP TABLE IF EXISTS duty_marks;
DROP TABLE IF EXISTS contributions;
DROP TABLE IF EXISTS self_served;
DROP TABLE IF EXISTS query_pointers;
DROP TABLE IF EXISTS nudge_refusals;
DROP TABLE IF EXISTS query_nudges;
DROP TABLE IF EXISTS responses;
DROP TABLE IF EXISTS queries;
