import { remembersMs, transitMs } from './permits.js';

/*
 * The lease ledger as Lua: each script is atomic, and Redis' own clock is the only one (ms).
 * KEYS: four per rule: its slots (ZSET: id → when it frees), its block (until when), its line (ZSET: waiting
 * id → until when it waits), and its group's ledger (HASH: epoch, when it began; lost, when it last lost slots).
 * All keys of one call have one hash tag, for Redis Cluster. Only the ledger has no end: its epoch must outlive
 * every pause, and there is one per group.
 */
const now = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)\n`;

/** For how long a rule gives no slot: the CRM refused, or calls are not counted whose slots were lost. */
const stoppedFor = `
local function stoppedFor(blocked, ledger, window)
  local lost = tonumber(redis.call('HGET', ledger, 'lost') or 0)
  return math.max(tonumber(redis.call('GET', blocked) or now), lost + window + ${transitMs}) - now
end`;

/**
 * Begins a ledger that is not there, and notes a loss that the caller knows of. The time of a loss does not
 * depend on when it is told: who tells of an old one stops nobody.
 */
const remember = `
local function remember(ledger, known, brokenFor)
  local epoch = redis.call('HGET', ledger, 'epoch')
  if not epoch then
    epoch = string.format('%.0f', now)
    redis.call('HSET', ledger, 'epoch', epoch)
  end
  local lost = 0
  if known ~= '' and known ~= epoch then lost = tonumber(epoch) end
  if brokenFor then lost = math.max(lost, now - brokenFor) end
  if lost > tonumber(redis.call('HGET', ledger, 'lost') or 0) then
    redis.call('HSET', ledger, 'lost', string.format('%.0f', lost))
  end
  return epoch
end`;

/**
 * ARGV: id, holdMs, patienceMs, the epoch that the caller knows ('': none), ms since its connection broke ('':
 * it has not), then limit and windowMs per rule. Returns 0 (one slot taken in every rule) or the ms after which
 * asking again is worth it (none taken), and the epoch. A slot in flight may free one window from now at
 * the earliest, hence the min; who waits behind others is told when his own place frees.
 */
export const takeScript = `${now}${stoppedFor}${remember}
local id, hold, patience = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local epoch = remember(KEYS[4], ARGV[4], tonumber(ARGV[5]))
local wait = 0
for i = 1, #KEYS / 4 do
  local slots, blocked, line, ledger = KEYS[4 * i - 3], KEYS[4 * i - 2], KEYS[4 * i - 1], KEYS[4 * i]
  local limit, window = tonumber(ARGV[4 + 2 * i]), tonumber(ARGV[5 + 2 * i])
  redis.call('ZREMRANGEBYSCORE', slots, '-inf', now - ${remembersMs})
  local freed = redis.call('ZCOUNT', slots, '-inf', now)
  local used = redis.call('ZCARD', slots) - freed
  local blockedFor = stoppedFor(blocked, ledger, window)
  if used >= limit or blockedFor > 0 then
    redis.call('ZREMRANGEBYSCORE', line, '-inf', now)
    redis.call('ZADD', line, 'NX', now + patience, id)
    if redis.call('PTTL', line) < patience then redis.call('PEXPIRE', line, patience + 1000) end
    wait = math.max(wait, blockedFor, 1)
    if used >= limit then
      local place = used - limit + (redis.call('ZRANK', line, id) or 0)
      local ends = redis.call('ZRANGE', slots, freed + place % used, freed + place % used, 'WITHSCORES')
      wait = math.max(wait, math.min(tonumber(ends[2]) - now, window) + math.floor(place / used) * window)
    end
  end
end
if wait == 0 or wait > patience then
  for i = 1, #KEYS / 4 do redis.call('ZREM', KEYS[4 * i - 1], id) end
end
if wait > 0 then return { math.ceil(wait), epoch } end
for i = 1, #KEYS / 4 do
  local window = tonumber(ARGV[5 + 2 * i])
  redis.call('ZADD', KEYS[4 * i - 3], now + 1 + hold + window, id)
  redis.call('PEXPIRE', KEYS[4 * i - 3], hold + 2 * window)
end
return { 0, epoch }`;

/**
 * After the response. ARGV: id, marginMs, number of the reported rule (0: none), remaining, intervalMs, ms
 * since the slot was asked for, then limit and windowMs per rule. The clock was rounded down, so the slot is
 * held 1 ms more. The report was true when the call arrived: it is held against the slots of that time.
 */
export const settleScript = `${now}
local id, margin, reported = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
for i = 1, #KEYS / 4 do
  local slots, window = KEYS[4 * i - 3], tonumber(ARGV[6 + 2 * i])
  redis.call('ZADD', slots, now + 1 + window + margin, id)
  if redis.call('PTTL', slots) < window + margin then redis.call('PEXPIRE', slots, 2 * window + margin) end
end
if reported > 0 then
  local slots, limit = KEYS[4 * reported - 3], tonumber(ARGV[5 + 2 * reported])
  local interval = tonumber(ARGV[5])
  local asked = string.format('(%.0f', now - tonumber(ARGV[6]))
  local missing = limit - redis.call('ZCOUNT', slots, asked, '+inf') - tonumber(ARGV[4])
  for k = 1, missing do redis.call('ZADD', slots, now + interval, id .. '.phantom.' .. k) end
  if redis.call('PTTL', slots) < interval then redis.call('PEXPIRE', slots, 2 * interval) end
end
return 1`;

/** ARGV: id. */
export const forgetScript = `
for i = 1, #KEYS / 4 do
  redis.call('ZREM', KEYS[4 * i - 3], ARGV[1])
  redis.call('ZREM', KEYS[4 * i - 1], ARGV[1])
end
return 1`;

/** One rule. ARGV: ms; 0 is no block. */
export const blockScript = `${now}
local ends = now + tonumber(ARGV[1])
if ends > tonumber(redis.call('GET', KEYS[2]) or now) then
  redis.call('SET', KEYS[2], string.format('%.0f', ends), 'PX', ARGV[1])
end
return 1`;

/** One rule. ARGV: windowMs. Returns held slots, ms until all are free (0: they are), ms blocked, waiting. */
export const readScript = `${now}${stoppedFor}
local used = redis.call('ZCOUNT', KEYS[1], '(' .. string.format('%.0f', now), '+inf')
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
local whole = 0
if used > 0 then whole = math.min(tonumber(last) - now, tonumber(ARGV[1])) end
local blockedFor = math.max(0, stoppedFor(KEYS[2], KEYS[4], tonumber(ARGV[1])))
local waiting = redis.call('ZCOUNT', KEYS[3], '(' .. string.format('%.0f', now), '+inf')
return { used, whole, blockedFor, waiting }`;
