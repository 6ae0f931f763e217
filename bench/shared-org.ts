/** `npm run bench:shared-org`: how 50 users of one org share its allowance, flat out from four processes. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, Lifecycle, openEmbeddedRedis } from '../src/runtime/index.js';
import { mostIn } from './most-in.js';
import type { Granted, Order } from './shared-org.spender.js';
import { report } from './stack.js';

const processes = 4;
const users = Array.from({ length: 50 }, (_, i) => `user-${i}`);
const limit = 5_000;
const windowMs = 20_000;
const windows = 3;

/** Each user's calls come from two of the processes. */
async function spend(redisUrl: string): Promise<Granted> {
  const program = new URL('./shared-org.spender.ts', import.meta.url).pathname;
  const spenders = Array.from({ length: processes }, () => fork(program, { execArgv: ['--import', 'tsx'] }));
  await Promise.all(spenders.map((it) => once(it, 'message')));
  const rule = { key: 'salesforce:org:1', limit, windowMs, reserve: 0 };
  const replies = spenders.map((it) => once(it, 'message') as Promise<[Granted]>);
  spenders.forEach((it, index) => {
    const own = users.filter((_, i) => [i % processes, (i + 1) % processes].includes(index));
    it.send({ redisUrl, rule, users: own, forMs: windows * windowMs } satisfies Order);
  });
  const granted: Granted = Object.fromEntries(users.map((user) => [user, []]));
  for (const [spent] of await Promise.all(replies))
    for (const [user, moments] of Object.entries(spent)) granted[user]!.push(...moments);
  return granted;
}

const app = new Lifecycle(createLogger({ level: 'warn' }));
try {
  const dataDir = app.use(mkdtempSync(join(tmpdir(), 'crm-sync-bench-')), (it) =>
    rmSync(it, { recursive: true, force: true }),
  );
  const redis = await openEmbeddedRedis({ dataDir, log: createLogger({ level: 'warn' }) });
  if (!redis) throw new Error('This benchmark needs redis-server.');
  app.use(redis, (it) => it.close());
  const granted = await spend(redis.url);
  const moments = Object.values(granted)
    .flat()
    .sort((a, b) => a - b);
  const first = moments.filter((at) => at < moments[0]! + windowMs).length;
  const least = Math.min(...Object.values(granted).map((it) => it.length));
  const most = mostIn(moments, windowMs);
  const of = `${users.length} users of one org, ${processes} processes`;
  report({
    name: `least share in ${windows} windows, ${of}`,
    value: least,
    unit: 'calls',
    baseline: 'an equal share',
    ratio: least / (moments.length / users.length),
    target: '>= 0.8',
  });
  report({
    name: `calls granted in a window, ${of}`,
    value: first,
    unit: 'calls',
    baseline: 'the limit',
    ratio: first / limit,
    target: '>= 0.95',
  });
  report({
    name: `calls granted in ${windows} windows, ${of}`,
    value: moments.length,
    unit: 'calls',
    baseline: 'the limit times the windows',
    ratio: moments.length / (limit * windows),
    target: '>= 0.95',
  });
  report({
    name: `most calls in any window, ${of}`,
    value: most,
    unit: 'calls',
    baseline: 'the limit',
    ratio: most / limit,
    target: '<= 1',
  });
} finally {
  await app.close();
}
