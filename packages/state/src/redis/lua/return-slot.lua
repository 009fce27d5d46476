-- Gives back the moment booked last, if it has come: nobody has booked a later one, and the line is free now.
-- KEYS[1]  the next free moment, epoch ms
-- ARGV[1]  interval, ms
-- Result   1 when it was given back
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local free = tonumber(redis.call('GET', KEYS[1]) or '0') or 0
if free - tonumber(ARGV[1]) > now then
  return 0
end
return redis.call('DEL', KEYS[1])
