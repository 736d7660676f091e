-- Drops all that waits for a host. A lease stays until its owner gives it back.
-- KEYS: due back normal bulk late
-- ARGV: host
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[3], KEYS[4], KEYS[5])
return 'OK'
