-- A dead job is tried anew. Keys: job, queue. Arguments: id. -1: there is none.
local state = redis.call('HGET', KEYS[1], 'state')
if not state then
  return -1
end
if state ~= 'dead' then
  return 0
end
redis.call('HSET', KEYS[1], 'state', 'queued', 'begun', 0, 'failed', 0)
redis.call('PERSIST', KEYS[1])
redis.call('XADD', KEYS[2], '*', 'id', ARGV[1])
return 1
