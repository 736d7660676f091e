-- Lends hosts whose turn has come; leases that ran out give theirs back first.
-- KEYS: meta due held tokens
-- ARGV: most hosts, lease in ms
-- Returns host, token, host, token ...
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local stamp = string.format('%d', now)
local gen = redis.call('HGET', KEYS[1], 'gen')
if not gen then return redis.error_reply('REBUILD') end
for _, host in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', stamp, 'LIMIT', '0', '100')) do
  redis.call('ZREM', KEYS[3], host)
  redis.call('HDEL', KEYS[4], host)
  redis.call('ZADD', KEYS[2], stamp, host)
end
local out = {}
for _, host in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', stamp, 'LIMIT', '0', ARGV[1])) do
  local token = gen .. '.' .. redis.call('HINCRBY', KEYS[1], 'fence', '1')
  redis.call('ZREM', KEYS[2], host)
  redis.call('ZADD', KEYS[3], string.format('%d', now + tonumber(ARGV[2])), host)
  redis.call('HSET', KEYS[4], host, token)
  out[#out + 1] = host
  out[#out + 1] = token
end
return out
