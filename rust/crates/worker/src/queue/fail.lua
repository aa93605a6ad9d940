-- The job has failed: again later, or to the dead. Keys: job, queue, delayed, dead.
-- Arguments: group, entry, fence, id, error, now, due (0: never again), keep.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], 'error', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'failed', 1)
redis.call('HDEL', KEYS[1], 'fence')
if ARGV[7] == '0' then
  redis.call('HSET', KEYS[1], 'state', 'dead', 'ended', ARGV[6])
  redis.call('EXPIRE', KEYS[1], ARGV[8])
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', 10000, '*', 'id', ARGV[4])
else
  redis.call('HSET', KEYS[1], 'state', 'waiting', 'begun', 0)
  redis.call('ZADD', KEYS[3], ARGV[7], ARGV[4])
end
redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
return 1
