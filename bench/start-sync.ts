/** `npm run bench:start-sync`: how soon startSync answers on an idle system, and while four syncs run flat out. */
import { TypedDocumentString } from '../src/demo/gql/graphql.js';
import { StartSync } from '../src/demo/operations.js';
import { median, openStack, report, type Stack } from './stack.js';

type Client = Awaited<ReturnType<Stack['connect']>>;

const asks = 150;
const warmUps = 30;
const heavyUsers = ['heavy-1', 'heavy-2', 'heavy-3', 'heavy-4'];
const targetMs = 20;
/** The four never wait for a limit: the worst that they can do to their neighbour. */
const unlimited = {
  HUBSPOT_APP_REQUESTS_PER_10_SECONDS: 'off',
  HUBSPOT_ACCOUNT_REQUESTS_PER_10_SECONDS: '1000000',
  HUBSPOT_SEARCHES_PER_SECOND: '1000',
};

const CancelSync = new TypedDocumentString<{ cancelSync: { syncRun: { status: string } } }, { id: string }>(
  'mutation ($id: ID!) { cancelSync(id: $id) { syncRun { status } } }',
);
const RunState = new TypedDocumentString<{ syncRun: { status: string } }, { id: string }>(
  'query ($id: ID!) { syncRun(id: $id) { status } }',
);

/** The ms of each startSync; the run is cancelled at once, so that each of them makes a new one. */
async function measure(client: Client): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < warmUps + asks; i += 1) {
    const start = performance.now();
    const { startSync } = await client.ask(StartSync, { platform: 'HUBSPOT', mode: 'INCREMENTAL' });
    if (i >= warmUps) times.push(performance.now() - start);
    if (startSync.alreadyRunning) throw new Error('the run before was not cancelled');
    await client.ask(CancelSync, { id: startSync.syncRun.id });
  }
  return times;
}

const stack = await openStack({ contacts: 60_000 });
try {
  await stack.control('PUT', 'limits', { tenSecondly: null, searchPerSecond: null, daily: null });
  const api = await stack.start('api', { SANDBOX: 'on', ...unlimited });
  await stack.start('worker', { SANDBOX: 'on', ...unlimited });
  const client = await stack.connect(api, 'asker');
  const idle = median(await measure(client));
  report({ name: 'startSync, idle system', value: idle, unit: 'ms' });

  const heavy = await Promise.all(heavyUsers.map((user) => stack.connect(api, user)));
  const runs = await Promise.all(heavy.map((it) => it.ask(StartSync, { platform: 'HUBSPOT', mode: 'FULL' })));
  const busy = await measure(client);
  for (const [index, { startSync }] of runs.entries()) {
    const { syncRun } = await heavy[index]!.ask(RunState, { id: startSync.syncRun.id });
    if (syncRun.status !== 'RUNNING') throw new Error(`a sync ended too soon: ${syncRun.status}`);
  }
  report({
    name: 'startSync, while four syncs run flat out',
    value: median(busy),
    unit: 'ms',
    baseline: 'idle system',
    ratio: median(busy) / idle,
    target: `< ${targetMs} ms`,
  });
  for (const it of [client, ...heavy]) it.close();
} finally {
  await stack.close();
}
