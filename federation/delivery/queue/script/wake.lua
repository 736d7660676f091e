-- Ends the wait of hosts.
-- KEYS: due back
-- ARGV: hosts
local t = redis.call('TIME')
local now = string.format('%d', t[1] * 1000 + math.floor(t[2] / 1000))
for _, host in ipairs(ARGV) do
  redis.call('HDEL', KEYS[2], host)
  if redis.call('ZSCORE', KEYS[1], host) then redis.call('ZADD', KEYS[1], now, host) end
end
return 'OK'
