-- A job is there once, whoever asks how often. Keys: job, queue. Arguments: id, kind, payload, now, trace.
-- 1: it is new; 0: it was there; -1: it was there with another payload.
if redis.call('EXISTS', KEYS[1]) == 1 then
  return redis.call('HGET', KEYS[1], 'payload') == ARGV[3] and 0 or -1
end
redis.call('HSET', KEYS[1], 'kind', ARGV[2], 'payload', ARGV[3], 'state', 'queued', 'asked', ARGV[4], 'trace', ARGV[5], 'begun', 0, 'failed', 0)
redis.call('XADD', KEYS[2], '*', 'id', ARGV[1])
return 1
