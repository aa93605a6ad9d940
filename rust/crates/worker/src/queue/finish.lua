-- The job has ended well; only whoever has the fence says so. Keys: job, queue. Arguments: group, entry, fence, result, now, keep.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[3] then
  return 0
end
redis.call('HSET', KEYS[1], 'state', 'done', 'result', ARGV[4], 'ended', ARGV[5])
redis.call('HINCRBY', KEYS[1], 'finished', 1)
redis.call('HDEL', KEYS[1], 'fence', 'upload', 'error')
redis.call('EXPIRE', KEYS[1], ARGV[6])
redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
return 1
