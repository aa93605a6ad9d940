-- Whoever has the fence keeps the job. Keys: job, queue. Arguments: group, consumer, entry, fence, upload.
if redis.call('HGET', KEYS[1], 'fence') ~= ARGV[4] then
  return 0
end
if ARGV[5] ~= '' then
  redis.call('HSET', KEYS[1], 'upload', ARGV[5])
end
redis.call('XCLAIM', KEYS[2], ARGV[1], ARGV[2], 0, ARGV[3], 'JUSTID')
return 1
