/** `npm run bench:limit`: what reaches the CRM from four worker processes flat out, in any window of the limit. */
import { StartSync } from '../src/demo/operations.js';
import { mostIn } from './most-in.js';
import { openStack, report } from './stack.js';

const workers = 4;
const users = 8;
const limit = 100;
const windowMs = 10_000;
const measuredMs = 60_000;

const stack = await openStack({ contacts: 30_000 });
try {
  // The sandbox only counts: a refusal would hide by how much the limit was passed.
  await stack.control('PUT', 'limits', { tenSecondly: null, searchPerSecond: null, daily: null });
  const api = await stack.start('api', { SANDBOX: 'on' });
  await Promise.all(Array.from({ length: workers }, () => stack.start('worker', { SANDBOX: 'on' })));
  const names = Array.from({ length: users }, (_, i) => `user-${i}`);
  const clients = await Promise.all(names.map((name) => stack.connect(api, name)));
  const since = Date.now();
  for (const client of clients) await client.ask(StartSync, { platform: 'HUBSPOT', mode: 'FULL' });
  await new Promise((resolve) => setTimeout(resolve, measuredMs));
  const calls = (await stack.control('GET', `calls?since=${since}`)) as { at: number; path: string }[];
  const moments = calls.filter(({ path }) => path.startsWith('/crm')).map(({ at }) => at);
  const from = moments[0]!;
  const allowed = limit * (measuredMs / windowMs);
  const used = moments.filter((at) => at < from + measuredMs).length;
  report({
    name: `most requests in any 10 s, ${workers} workers, ${users} users`,
    value: mostIn(moments, windowMs),
    unit: 'requests',
    baseline: 'the app-wide limit',
    ratio: mostIn(moments, windowMs) / limit,
    target: '<= 1',
  });
  report({
    name: `requests in 60 s, ${workers} workers, ${users} users`,
    value: used,
    unit: 'requests',
    baseline: 'the app-wide limit',
    ratio: used / allowed,
    target: '>= 0.95',
  });
  for (const client of clients) client.close();
} finally {
  await stack.close();
}
