-- Books the next free moment in a line of moments at least an interval apart, by the server's clock.
-- KEYS[1]  the next free moment, epoch ms
-- ARGV[1]  interval, ms
-- ARGV[2]  longest acceptable wait, ms
-- Result   wait in ms, or nil when it would be longer (nothing is booked)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local free = math.max(tonumber(redis.call('GET', KEYS[1]) or '0') or 0, now)
local wait = free - now
if wait > tonumber(ARGV[2]) then
  return nil
end
local following = free + tonumber(ARGV[1])
if following > now then
  redis.call('SET', KEYS[1], string.format('%.0f', following), 'PXAT', string.format('%.0f', following))
end
return wait
