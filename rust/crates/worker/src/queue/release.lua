-- A worker that ends gives back what it cannot finish. Keys: job, queue. Arguments: group, entry, fence, id.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], 'state', 'queued')
redis.call('HINCRBY', KEYS[1], 'begun', -1)
redis.call('HDEL', KEYS[1], 'fence')
redis.call('XADD', KEYS[2], '*', 'id', ARGV[4])
redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
return 1
