-- Takes or renews a lease, by the server's clock.
-- KEYS[1]  hash: owner, until (epoch ms), fence
-- ARGV[1]  who wants it
-- ARGV[2]  for how long, ms
-- Result   the fencing number, or nil when another holds it
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local record = redis.call('HMGET', KEYS[1], 'owner', 'until', 'fence')
local owner, held_until, fence = record[1], tonumber(record[2] or '0'), tonumber(record[3] or '0')
if owner and owner ~= ARGV[1] and held_until > now then
  return nil
end
if owner ~= ARGV[1] then
  -- Never below the clock: the number grows even when the record was flushed or has expired.
  fence = math.max(fence + 1, now)
end
local ttl = tonumber(ARGV[2])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', string.format('%.0f', now + ttl), 'fence', string.format('%.0f', fence))
-- A day longer than the lease, so that a clock set back by less cannot repeat a number.
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', ttl + 86400000))
return fence
