DROP TABLE IF EXISTS group_lives;
DROP TABLE IF EXISTS foundings;
DROP TABLE IF EXISTS founders;
DROP TABLE IF EXISTS charter_remarks;
DROP TABLE IF EXISTS charter_signatures;
DROP TABLE IF EXISTS charters;
