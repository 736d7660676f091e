-- Adds deliveries and lets their hosts have a turn.
-- KEYS: meta due held back, then for each host: normal bulk late
-- ARGV: builder's name or '', then for each host: name, rest in ms, count, count x (class, id, wait in ms)
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if ARGV[1] == '' then
  if redis.call('HEXISTS', KEYS[1], 'gen') == 0 then return redis.error_reply('REBUILD') end
else
  if redis.call('HGET', KEYS[1], 'builder') ~= ARGV[1] then return redis.error_reply('REBUILD') end
  redis.call('HSET', KEYS[1], 'until', string.format('%d', now + 30000))
end
local a, k = 2, 5
while a < #ARGV do
  local host, rest, count = ARGV[a], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])
  local normal, bulk, late = KEYS[k], KEYS[k + 1], KEYS[k + 2]
  a, k = a + 3, k + 3
  local first
  local ready, lines = {}, { [normal] = {}, [bulk] = {} }
  for _ = 1, count do
    local class, id, wait = ARGV[a], ARGV[a + 1], tonumber(ARGV[a + 2])
    a = a + 3
    local at = now
    if wait > 0 then
      at = now + wait
      redis.call('ZREM', normal, id)
      redis.call('ZREM', bulk, id)
      redis.call('ZADD', late, string.format('%d', at), id)
    else
      local line = lines[class == '1' and bulk or normal]
      line[#line + 1] = '0'
      line[#line + 1] = id
      ready[#ready + 1] = id
    end
    if not first or at < first then first = at end
  end
  if #ready > 0 and redis.call('EXISTS', late) == 1 then redis.call('ZREM', late, unpack(ready)) end
  for key, line in pairs(lines) do
    if #line > 0 then redis.call('ZADD', key, 'NX', unpack(line)) end
  end
  if first and not redis.call('ZSCORE', KEYS[3], host) then
    local known = redis.call('ZSCORE', KEYS[2], host)
    if rest > 0 and not known then redis.call('HSET', KEYS[4], host, string.format('%d', now + rest)) end
    first = math.max(first, tonumber(redis.call('HGET', KEYS[4], host) or '0'))
    if not known or tonumber(known) > first then
      redis.call('ZADD', KEYS[2], string.format('%d', first), host)
    end
  end
end
return 'OK'
