-- Raises a moment and never lowers it; the key lives exactly until that moment.
-- KEYS[1]  the moment, epoch ms
-- ARGV[1]  at least this, epoch ms
-- Result   what stands now, epoch ms
local wanted = tonumber(ARGV[1])
local standing = tonumber(redis.call('GET', KEYS[1]) or '0') or 0
if standing >= wanted then
  return standing
end
redis.call('SET', KEYS[1], string.format('%.0f', wanted), 'PXAT', string.format('%.0f', wanted))
return wanted
