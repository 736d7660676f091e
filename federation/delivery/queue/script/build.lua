-- Begins or ends the rebuilding of an emptied shard. One builder at a time, until it stops adding
-- for 30 s.
-- KEYS: meta
-- ARGV: 'begin' or 'end', builder's name, at the end the new generation
-- Returns FILLED where nothing is to be done, BUSY where another builder is at work.
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[1] == 'end' then
  if redis.call('HGET', KEYS[1], 'builder') ~= ARGV[2] then return redis.error_reply('REBUILD') end
  redis.call('HDEL', KEYS[1], 'builder', 'until')
  redis.call('HSET', KEYS[1], 'gen', ARGV[3])
  return 'FILLED'
end
if redis.call('HEXISTS', KEYS[1], 'gen') == 1 then return 'FILLED' end
local builder = redis.call('HGET', KEYS[1], 'builder')
local left = tonumber(redis.call('HGET', KEYS[1], 'until') or '0') - now
if builder and builder ~= ARGV[2] and left > 0 and left <= 30000 then return 'BUSY' end -- else the clock ran ahead
redis.call('HSET', KEYS[1], 'builder', ARGV[2], 'until', string.format('%d', now + 30000))
return 'BUILD'
