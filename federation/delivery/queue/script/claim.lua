-- Lends hosts whose turn has come; leases that ran out give theirs back first. Where the clock was
-- set back, all that was to happen by the old one moves along: a host would wait for the difference.
-- KEYS: meta due held tokens back
-- ARGV: most hosts, lease in ms
-- Returns host, token, host, token ...
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local stamp = string.format('%d', now)
local gen = redis.call('HGET', KEYS[1], 'gen')
if not gen then return redis.error_reply('REBUILD') end

local seen = tonumber(redis.call('HGET', KEYS[1], 'seen') or '0')
local leap = seen - now
if leap > 5000 then
  for i = 2, 3 do
    local list = redis.call('ZRANGE', KEYS[i], '0', '-1', 'WITHSCORES')
    for k = 1, #list, 2 do
      redis.call('ZADD', KEYS[i], string.format('%d', tonumber(list[k + 1]) - leap), list[k])
    end
  end
  local back = redis.call('HGETALL', KEYS[5])
  for k = 1, #back, 2 do
    redis.call('HSET', KEYS[5], back[k], string.format('%d', tonumber(back[k + 1]) - leap))
  end
end
if leap > 5000 or leap < -1000 then redis.call('HSET', KEYS[1], 'seen', stamp) end

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
