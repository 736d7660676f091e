DROP TABLE IF EXISTS member_stays;
DROP TABLE IF EXISTS profile_faces;
