-- Settles deliveries of a lent host, then either shows the next ones or ends the lease.
-- KEYS: meta due held tokens back normal bulk late
-- ARGV: host, token, peek, late share, lease in ms, wait in ms or '' to go on,
--       count of done, done ids, then pairs of id and wait in ms
-- Returns the length of the late line, then the ids.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local host, peek, share = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4])
local normal, bulk, late = KEYS[6], KEYS[7], KEYS[8]
if redis.call('HEXISTS', KEYS[1], 'gen') == 0 then return redis.error_reply('REBUILD') end
if redis.call('HGET', KEYS[4], host) ~= ARGV[2] then return redis.error_reply('FENCED') end

local last = 7 + tonumber(ARGV[7])
for i = 8, last do
  redis.call('ZREM', normal, ARGV[i])
  redis.call('ZREM', bulk, ARGV[i])
  redis.call('ZREM', late, ARGV[i])
end
for i = last + 1, #ARGV, 2 do
  redis.call('ZREM', normal, ARGV[i])
  redis.call('ZREM', bulk, ARGV[i])
  redis.call('ZADD', late, string.format('%d', now + tonumber(ARGV[i + 1])), ARGV[i])
end

local out = { redis.call('ZCARD', late) }
local waiting = redis.call('ZCARD', normal) + redis.call('ZCARD', bulk)
local function take(ids)
  for _, id in ipairs(ids) do out[#out + 1] = id end
end
if ARGV[6] == '' then
  if waiting == 0 then share = peek end
  take(redis.call('ZRANGEBYSCORE', late, '-inf', string.format('%d', now), 'LIMIT', '0', string.format('%d', share)))
  if #out - 1 < peek then take(redis.call('ZRANGE', normal, '0', string.format('%d', peek - #out))) end
  if #out - 1 < peek then take(redis.call('ZRANGE', bulk, '0', string.format('%d', peek - #out))) end
  if #out > 1 then
    redis.call('ZADD', KEYS[3], string.format('%d', now + tonumber(ARGV[5])), host)
    return out
  end
end

redis.call('ZREM', KEYS[3], host)
redis.call('HDEL', KEYS[4], host)
redis.call('HDEL', KEYS[5], host)
local at = now
if waiting == 0 then
  local first = redis.call('ZRANGE', late, '0', '0', 'WITHSCORES')
  if #first == 0 then return out end
  at = math.max(at, tonumber(first[2]))
end
local wait = tonumber(ARGV[6] == '' and '0' or ARGV[6])
if wait > 0 then
  at = math.max(at, now + wait)
  redis.call('HSET', KEYS[5], host, string.format('%d', now + wait))
end
redis.call('ZADD', KEYS[2], string.format('%d', at), host)
return out
