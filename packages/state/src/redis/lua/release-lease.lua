-- Gives a lease up; its fencing number stays behind.
-- KEYS[1]  hash: owner, until, fence
-- ARGV[1]  who gives it up
-- Result   1, or 0 when another holds it
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then
  return 0
end
redis.call('HDEL', KEYS[1], 'owner', 'until')
return 1
