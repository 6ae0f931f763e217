/** `npm run bench:backfill [-- large|small]`: 30,000 contacts against the limit's own time, and 500 on an idle system. */
import { StartSync, SyncProgress } from '../src/demo/operations.js';
import { median, openStack, report, type Stack } from './stack.js';

const contacts = 30_000;
const pages = contacts / 100;
/** 100 requests at once, then 10 a second. */
const limitSeconds = (pages - 100) / 10;

/** Seconds from startSync to the final event. */
async function backfill(client: Awaited<ReturnType<Stack['connect']>>): Promise<number> {
  const start = performance.now();
  const { startSync } = await client.ask(StartSync, { platform: 'HUBSPOT', mode: 'FULL' });
  let last: { status: string; processed: number } | undefined;
  for await (const { syncProgress } of client.follow(SyncProgress, { id: startSync.syncRun.id }))
    last = syncProgress;
  if (last?.status !== 'SUCCEEDED') throw new Error(`the run ended ${last?.status}`);
  return (performance.now() - start) / 1_000;
}

async function measureLarge(): Promise<void> {
  const stack = await openStack({ contacts });
  try {
    const url = await stack.start('all', { SANDBOX: 'on' });
    const client = await stack.connect(url, 'large');
    await new Promise((resolve) => setTimeout(resolve, 11_000)); // the window that the consent used
    const since = Date.now();
    const seconds = await backfill(client);
    const calls = (await stack.control('GET', `calls?since=${since}`)) as { path: string }[];
    const requests = calls.filter(({ path }) => path.startsWith('/crm')).length;
    report({
      name: 'backfill of 30,000 contacts',
      value: seconds,
      unit: 's',
      baseline: "the limit's own time",
      ratio: seconds / limitSeconds,
      target: '<= 1.15',
    });
    report({
      name: 'requests of the backfill',
      value: requests,
      unit: 'requests',
      baseline: 'pages of 100',
      ratio: requests / pages,
      target: '<= 1.02',
    });
    client.close();
  } finally {
    await stack.close();
  }
}

async function measureSmall(): Promise<void> {
  const stack = await openStack({ contacts: 500 });
  try {
    const url = await stack.start('all', { SANDBOX: 'on' });
    const runs: number[] = [];
    for (const user of ['warm-up', 'a', 'b', 'c', 'd', 'e']) {
      const client = await stack.connect(url, user);
      runs.push(await backfill(client));
      client.close();
    }
    const counted = runs.slice(1);
    report({
      name: 'sync of 500 contacts, idle system',
      value: median(counted),
      unit: 's',
      target: '< 1',
      runs: counted,
    });
    report({
      name: 'sync of 500 contacts, first run of the process',
      value: runs[0] as number,
      unit: 's',
      target: '< 1',
    });
  } finally {
    await stack.close();
  }
}

if (process.argv[2] !== 'large') await measureSmall();
if (process.argv[2] !== 'small') await measureLarge();
