import { bucketsPerWindow } from './allowances.js';

/*
 * The ledger of `allowances.local.ts` as Lua, step by step the same: each script is atomic, on Redis' own clock (ms).
 * KEYS: the book (HASH: limit, general, reserve, rolled, others, latest, before, probe, stopped, trying), what each
 * had (HASH: pot|user → calls in the window), what was taken when (HASH: bucket|pot|user → calls), who asks (ZSET:
 * pot|user → until when), and the line of those who were refused (ZSET: user → until when he is expected back).
 * All have the rule's hash tag, for Redis Cluster, and end two windows after their last use.
 * ARGV: a clock in place of Redis' own (''), windowMs, limit, reserve (a share), bucketMs, idleMs, leastWaitMs,
 * jitterMs, leastPauseMs, mostPauseMs; then what the script needs.
 */
const open = `
local book, had, taken, asking, line = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local now = tonumber(ARGV[1])
if not now then
  local t = redis.call('TIME')
  now = t[1] * 1000 + math.floor(t[2] / 1000)
end
local window, share, size = tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5])
local idle, leastWait, jitter = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local function text(number) return string.format('%.0f', number) end
local function get(field) return tonumber(redis.call('HGET', book, field) or 0) end
local function set(field, value) redis.call('HSET', book, field, text(value)) end
local function keep()
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, 2 * window) end
end
local bucket = math.floor(now / size)
local oldest = bucket - ${bucketsPerWindow}
local function endOf(it) return (it + ${bucketsPerWindow} + 1) * size end
local function pause()
  return math.min(math.max(size - now % size, tonumber(ARGV[9])), tonumber(ARGV[10]))
end
local function splitTaken(field) return string.match(field, '^(%d+)|((%a+)|.*)$') end

if bucket > get('rolled') then
  local all = redis.call('HGETALL', taken)
  for i = 1, #all, 2 do
    local at, who, pot = splitTaken(all[i])
    if tonumber(at) < oldest then
      if redis.call('HINCRBY', had, who, -all[i + 1]) <= 0 then redis.call('HDEL', had, who) end
      redis.call('HINCRBY', book, pot, -all[i + 1])
      redis.call('HDEL', taken, all[i])
    end
  end
  if get('others') < oldest then redis.call('HDEL', book, 'others', 'latest', 'before') end
  set('rolled', bucket)
end
redis.call('ZREMRANGEBYSCORE', asking, '-inf', now)
redis.call('ZREMRANGEBYSCORE', line, '-inf', now)

local limit = get('limit')
if limit == 0 then limit = tonumber(ARGV[3]) end
local reserve = math.floor(limit * share)
local others = math.max(get('latest'), get('before'))
local total = { general = get('general'), reserve = get('reserve') }
local function sizeOf(pot, besides)
  if pot == 'general' then return limit - reserve - besides end
  return math.min(reserve, limit - besides - total.general)
end
`;

/**
 * ARGV: userId, '1' for interactive work. Returns the wait in ms (0: granted), and 1 when some is left that is kept
 * for others.
 */
export const spendScript = `${open}
local user, pots = ARGV[11], { 'general' }
if ARGV[12] == '1' then pots[2] = 'reserve' end
local function ask(untilWhen)
  for _, pot in ipairs(pots) do redis.call('ZADD', asking, text(untilWhen), pot .. '|' .. user) end
end
ask(now + idle)

local askers, calls = { general = {}, reserve = {} }, {}
local all = redis.call('ZRANGE', asking, 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  local list = askers[string.match(all[i], '^%a+')]
  list[#list + 1] = { who = all[i], untilWhen = tonumber(all[i + 1]) }
  calls[all[i]] = tonumber(redis.call('HGET', had, all[i]) or 0)
end
local function behind(pot)
  local mine, sum = calls[pot .. '|' .. user], 0
  for _, asker in ipairs(askers[pot]) do sum = sum + math.max(0, mine - calls[asker.who]) end
  return sum
end
local function find(besides)
  for _, pot in ipairs(pots) do
    if total[pot] + behind(pot) < sizeOf(pot, besides) then return pot end
  end
end

local stoppedUntil, probeAt = get('stopped'), get('probe')
local open = find(others)
local from = open
if not from and now >= probeAt then from = find(0) end
if from and stoppedUntil <= now then
  if not open then set('probe', now + pause()) end
  if stoppedUntil > 0 then
    set('stopped', now + pause())
    set('trying', 1)
  end
  redis.call('HINCRBY', taken, text(bucket) .. '|' .. from .. '|' .. user, 1)
  redis.call('HINCRBY', had, from .. '|' .. user, 1)
  redis.call('HINCRBY', book, from, 1)
  redis.call('ZREM', line, user)
  keep()
  return { 0, 0 }
end

local function opensAt(pot)
  local sizeNow, sizeWhole = sizeOf(pot, others), sizeOf(pot, 0)
  local opens, mine, sum = now + window, calls[pot .. '|' .. user], total[pot]
  if sum + behind(pot) < sizeWhole then opens = math.min(opens, probeAt) end
  if sum < sizeNow then
    for _, asker in ipairs(askers[pot]) do
      if calls[asker.who] < mine then opens = math.min(opens, asker.untilWhen) end
    end
  end
  local buckets, order = {}, {}
  local function at(number)
    if not buckets[number] then order[#order + 1] = number end
    buckets[number] = buckets[number] or {}
    return buckets[number]
  end
  local fields = redis.call('HGETALL', taken)
  for i = 1, #fields, 2 do
    local number, who, of = splitTaken(fields[i])
    if of == pot then at(tonumber(number))[who] = tonumber(fields[i + 1]) end
  end
  if others > 0 then at(get('others')) end
  table.sort(order)
  local before = calls
  calls = setmetatable({}, { __index = before })
  for _, number in ipairs(order) do
    for who, count in pairs(buckets[number]) do
      sum = sum - count
      if calls[who] then calls[who] = calls[who] - count end
    end
    local sizeThen = number >= get('others') and sizeWhole or sizeNow
    if sum + behind(pot) < sizeThen then
      opens = math.min(opens, endOf(number))
      break
    end
  end
  calls = before
  return opens
end

local opens = now
if not from then
  opens = opensAt('general')
  if pots[2] then opens = math.min(opens, opensAt('reserve')) end
end
local wait = math.max(opens - now, stoppedUntil - now, leastWait)
local untilWhen = now + wait + jitter + idle
ask(untilWhen)
redis.call('ZADD', line, text(untilWhen), user)
keep()
local kept = stoppedUntil <= now and total.general < sizeOf('general', others)
return { math.ceil(wait), kept and 1 or 0 }`;

/** ARGV: used, limit, as the CRM told them. */
export const reportScript = `${open}
local used, told = tonumber(ARGV[11]), tonumber(ARGV[12])
local seen = math.max(0, used - total.general - total.reserve)
if redis.call('HEXISTS', book, 'others') == 0 or bucket > get('others') then
  set('before', get('latest'))
  set('latest', seen)
  set('others', bucket)
else
  set('latest', math.max(get('latest'), seen))
end
set('limit', told)
set('probe', now + pause())
if get('trying') == 1 and used < told then redis.call('HDEL', book, 'stopped', 'trying') end
keep()
return 1`;

/** The CRM refused. */
export const exhaustedScript = `${open}
set('stopped', now + pause())
redis.call('HDEL', book, 'trying')
keep()
return 1`;

/** Returns limit, what remains, ms until more becomes free (0: nothing is used), and how many wait. */
export const readScript = `${open}
local used, stoppedFor = total.general + total.reserve + others, get('stopped') - now
local first
for _, field in ipairs(redis.call('HKEYS', taken)) do
  local number = tonumber((splitTaken(field)))
  if not first or number < first then first = number end
end
if others > 0 then first = math.min(first or get('others'), get('others')) end
local resets = 0
if used > 0 then resets = endOf(first) - now end
if stoppedFor > 0 then resets = stoppedFor end
local remaining = stoppedFor > 0 and 0 or math.max(0, limit - used)
return { limit, remaining, math.ceil(resets), redis.call('ZCARD', line) }`;
