import { bucketsPerWindow } from './allowances.js';

/*
 * The ledger of `allowances.local.ts` as Lua, step by step the same: each script is atomic, on Redis' own clock (ms).
 * KEYS: the book (HASH: limit, general, reserve, rolled, told, others, probe, refused,
 * stopped), what each
 * had (HASH: pot|user → calls in the window), what was taken when (HASH: bucket|pot|user → calls), who asks (ZSET:
 * pot|user → until when), and the line of those who were refused (ZSET: user → until when he is expected back).
 * All have the rule's hash tag, for Redis Cluster, and end two windows after their last use.
 * ARGV: a clock in place of Redis' own (''), windowMs, limit, reserve (a share), bucketMs, idleMs, leastWaitMs,
 * jitterMs, pauseMs, hurriedPauseMs; then what the script needs.
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
local pause, hurriedPause = tonumber(ARGV[9]), tonumber(ARGV[10])
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
  set('rolled', bucket)
end
redis.call('ZREMRANGEBYSCORE', asking, '-inf', now)
redis.call('ZREMRANGEBYSCORE', line, '-inf', now)

local limit = get('limit')
if limit == 0 then limit = tonumber(ARGV[3]) end
local reserve = math.floor(limit * share)
local told = get('told')
local toldIn = math.floor(told / size)
local others = toldIn < oldest and 0 or get('others')
local total = { general = get('general'), reserve = get('reserve') }
local function sizeOf(pot, besides)
  if pot == 'general' then return limit - reserve - besides end
  return math.min(reserve, limit - besides - total.general)
end
`;

/** Who asks for what, and when a pot that is shut to a user opens to him. */
const waits = `
local askers, calls = { general = {}, reserve = {} }, {}
local all = redis.call('ZRANGE', asking, 0, -1, 'WITHSCORES')
for i = 1, #all, 2 do
  local list = askers[string.match(all[i], '^%a+')]
  list[#list + 1] = { who = all[i], untilWhen = tonumber(all[i + 1]) }
  calls[all[i]] = tonumber(redis.call('HGET', had, all[i]) or 0)
end
local function behind(pot, user)
  local mine, sum = calls[pot .. '|' .. user] or 0, 0
  for _, asker in ipairs(askers[pot]) do sum = sum + math.max(0, mine - calls[asker.who]) end
  return sum
end
local function opensAt(pot, user)
  local sizeNow, sizeWhole = sizeOf(pot, others), sizeOf(pot, 0)
  local opens, mine, sum = now + window, calls[pot .. '|' .. user] or 0, total[pot]
  if sum + behind(pot, user) < sizeWhole then opens = math.min(opens, get('probe')) end
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
  if others > 0 then at(toldIn) end
  table.sort(order)
  local before = calls
  calls = setmetatable({}, { __index = before })
  for _, number in ipairs(order) do
    for who, count in pairs(buckets[number]) do
      sum = sum - count
      if calls[who] then calls[who] = calls[who] - count end
    end
    local sizeThen = number >= toldIn and sizeWhole or sizeNow
    if sum + behind(pot, user) < sizeThen then
      opens = math.min(opens, endOf(number))
      break
    end
  end
  calls = before
  return opens
end
`;

/**
 * ARGV: userId, '1' for interactive work. Returns the moment, the wait in ms (0: granted), and 1 when
 * some is left that is kept for others.
 */
export const spendScript = `${open}
local user, pots = ARGV[11], { 'general' }
if ARGV[12] == '1' then pots[2] = 'reserve' end
local function ask(untilWhen)
  for _, pot in ipairs(pots) do redis.call('ZADD', asking, text(untilWhen), pot .. '|' .. user) end
end
ask(now + idle)
${waits}
local function find(besides)
  for _, pot in ipairs(pots) do
    if total[pot] + behind(pot, user) < sizeOf(pot, besides) then return pot end
  end
end

local stoppedUntil = get('stopped')
local sooner = pots[2] and pause - hurriedPause or 0
local open = find(others)
local from = open
if not from and now >= get('probe') - sooner then from = find(0) end
if from and now >= stoppedUntil - sooner then
  if not open then set('probe', now + pause) end
  if stoppedUntil > 0 then set('stopped', now + pause) end
  redis.call('HINCRBY', taken, text(bucket) .. '|' .. from .. '|' .. user, 1)
  redis.call('HINCRBY', had, from .. '|' .. user, 1)
  redis.call('HINCRBY', book, from, 1)
  redis.call('ZREM', line, user)
  keep()
  return { now, 0, 0 }
end

local opens = now
if not from then
  opens = opensAt('general', user)
  if pots[2] then opens = math.min(opens, opensAt('reserve', user)) end
end
local wait = math.max(opens - now, stoppedUntil - now, leastWait)
local untilWhen = now + wait + jitter + idle
ask(untilWhen)
redis.call('ZADD', line, text(untilWhen), user)
keep()
local kept = stoppedUntil <= now and total.general < sizeOf('general', others)
return { now, math.ceil(wait), kept and 1 or 0 }`;

/** ARGV: used, limit, as the CRM told them, and when the call was spent. */
export const reportScript = `${open}
local used, most, spentAt = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
if spentAt < told then return 0 end
set('others', math.max(0, used - total.general - total.reserve))
set('told', spentAt)
set('limit', most)
set('probe', now + pause)
if spentAt > get('refused') and used < most then set('stopped', 0) end
keep()
return 1`;

/** The CRM refused. */
export const exhaustedScript = `${open}
set('refused', now)
set('stopped', now + pause)
keep()
return 1`;

/** Returns limit, what remains, ms until more becomes free or spending goes on (0: nothing is used), and how many wait. */
export const readScript = `${open}${waits}
local used, stoppedFor = total.general + total.reserve + others, get('stopped') - now
local resets = 0
if total.general >= sizeOf('general', others) then
  resets = math.max(opensAt('general', '') - now, stoppedFor, leastWait)
elseif stoppedFor > 0 then
  resets = math.max(stoppedFor, leastWait)
elseif used > 0 then
  local first = others > 0 and toldIn or bucket
  for _, field in ipairs(redis.call('HKEYS', taken)) do first = math.min(first, tonumber((splitTaken(field)))) end
  resets = endOf(first) - now
end
local remaining = stoppedFor > 0 and 0 or math.max(0, limit - used)
return { limit, remaining, math.ceil(resets), redis.call('ZCARD', line) }`;
