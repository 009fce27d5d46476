-- Adds to a counter that expires a window after its first use.
-- KEYS[1]  the counter
-- ARGV[1]  add this
-- ARGV[2]  window, ms
-- Result   { sum, ms until it starts anew }
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  left = tonumber(ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return { sum, left }
