-- Whoever has the entry begins the job, unless it has ended. Keys: job, queue, dead. Arguments: group, entry, fence, id, now, most, keep.
-- A job that has begun `most` times without an end takes its workers with it: it goes to the dead.
local function drop()
  redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
  redis.call('XDEL', KEYS[2], ARGV[2])
end
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'queued' and state ~= 'running' then
  drop()
  return {}
end
if redis.call('HINCRBY', KEYS[1], 'begun', 1) > tonumber(ARGV[6]) then
  redis.call('HSET', KEYS[1], 'state', 'dead', 'error', 'its worker ended too often', 'ended', ARGV[5])
  redis.call('HDEL', KEYS[1], 'fence')
  redis.call('EXPIRE', KEYS[1], ARGV[7])
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', 10000, '*', 'id', ARGV[4])
  drop()
  return {}
end
redis.call('HSET', KEYS[1], 'state', 'running', 'fence', ARGV[3])
local found = redis.call('HMGET', KEYS[1], 'payload', 'trace', 'upload', 'failed', 'asked')
return {found[1] or '', found[2] or '', found[3] or '', found[4] or '0', found[5] or ''}
