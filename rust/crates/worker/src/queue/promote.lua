-- Jobs whose time has come go back to the queue. Keys: queue, delayed. Arguments: now, prefix of jobs.
local due = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, 100)
for _, id in ipairs(due) do
  redis.call('ZREM', KEYS[2], id)
  if redis.call('HGET', ARGV[2] .. id, 'state') == 'waiting' then
    redis.call('HSET', ARGV[2] .. id, 'state', 'queued')
    redis.call('XADD', KEYS[1], '*', 'id', id)
  end
end
return #due
