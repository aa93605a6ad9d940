-- Nobody wants the job any more; a worker that has it hears so when it renews. Keys: job. Arguments: now, keep. -1: there is none.
local state = redis.call('HGET', KEYS[1], 'state')
if not state then
  return -1
end
if state == 'done' or state == 'dead' or state == 'cancelled' then
  return 0
end
redis.call('HSET', KEYS[1], 'state', 'cancelled', 'ended', ARGV[1])
redis.call('HDEL', KEYS[1], 'fence')
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
