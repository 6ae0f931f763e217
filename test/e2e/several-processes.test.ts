import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { type LaunchedProgram, startWorker } from '../support/launch.js';
import { type RunningProgram, startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import {
  connectHubspot,
  type Ended,
  follow,
  type Progress,
  readToEnd,
  readUntil,
  startSync,
} from '../support/sync-client.js';
import { expectCleanStream, expectRising } from './progress-rules.js';

const seeded = 3_000;
/** From the moment of a crash: the lock of a dead worker's job ends, and somebody sees that it did. */
const recoveryMs = 40_000;

let stack: Stack;
let nodes: [RunningProgram, RunningProgram];
let workers: LaunchedProgram[];

/** One step at a time: with as many runs under way as workers, none of them is idle. */
const oneByOne = { WORKER_CONCURRENCY: '1' };

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  const startNode = () => startProgram({ env: { ...stack.env, ROLE: 'api' } });
  const start = () => startWorker({ ...stack.env, ...oneByOne });
  const [first, second, ...others] = await Promise.all([startNode(), startNode(), start(), start()]);
  nodes = [first, second];
  workers = others;
});

async function connectUser(name: string, node = 0): Promise<ApiClient> {
  const client = await openApiClient(nodes[node]!.url, name);
  await connectHubspot(client, name);
  await stack.sandbox.slowDown(name, 100);
  return client;
}

/** Starts a run and reads its events until it is well under way. */
async function startAndReach(client: ApiClient, processed: number) {
  const { syncRun } = await startSync(client, 'FULL');
  const events = follow(client, syncRun.id);
  const seen: Progress[] = [];
  await readUntil(events, (event) => {
    seen.push(event);
    return event.processed >= processed;
  });
  return { runId: syncRun.id, events, seen };
}

async function readRest({
  events,
  seen,
}: {
  events: AsyncIterable<Progress>;
  seen: Progress[];
}): Promise<Ended> {
  const rest = await readToEnd(events);
  return { ...rest, events: [...seen, ...rest.events] };
}

function longestPauseMs(events: readonly Progress[]): number {
  const moments = events.map((it) => Date.parse(it.at));
  return Math.max(...moments.slice(1).map((moment, index) => moment - moments[index]!));
}

/** All records, each once. */
async function expectWhole(client: ApiClient, { events, final }: Ended): Promise<void> {
  expectCleanStream(events);
  expect(final).toMatchObject({ status: 'SUCCEEDED', processed: seeded, total: seeded, created: seeded });
  expect(final).toMatchObject({ updated: 0, unchanged: 0, deleted: 0, failed: 0 });
  const [remote, local] = await Promise.all([stack.sandbox.contacts(client.user), readContacts(client)]);
  expect(shownOf(local)).toEqual(expectedOf(remote));
}

describe('two API nodes', () => {
  test('show a run to whoever asks, also to who lost the connection', async () => {
    const onFirst = await connectUser('wanda');
    const onSecond = await openApiClient(nodes[1].url, 'wanda');
    const { syncRun } = await startSync(onFirst, 'FULL');
    const before: Progress[] = [];
    const cut = (async () => {
      for await (const event of follow(onSecond, syncRun.id)) {
        before.push(event);
        if (event.processed >= 700) onSecond.cutSocket();
      }
    })();
    await expect(cut).rejects.toBeDefined();
    expectRising(before);
    const after = await readToEnd(follow(onSecond, syncRun.id));
    expect(after.events.length).toBeGreaterThan(1);
    // The present state comes first, so the second connection may begin where the first one ended.
    const isSeen = after.events[0]!.sequence === before.at(-1)!.sequence;
    const news = isSeen ? after.events.slice(1) : after.events;
    await expectWhole(onFirst, { ...after, events: [...before, ...news] });
  });
});

describe('a run outlives', () => {
  test('the sudden end of its worker', async () => {
    const users = await Promise.all(['xaver', 'yael', 'zoe'].map((name) => connectUser(name)));
    const runs = await Promise.all(users.map((client) => startAndReach(client, 300)));
    const killedAt = Date.now();
    await workers.pop()!.kill('SIGKILL');
    const ended = await Promise.all(runs.map(readRest));
    expect(Date.now() - killedAt).toBeLessThan(recoveryMs);
    for (const [index, client] of users.entries()) await expectWhole(client, ended[index]!);
  }, 120_000);

  test('the loss of everything in Redis', async () => {
    workers.push(await startWorker({ ...stack.env, ...oneByOne }));
    const users = await Promise.all(['ulf', 'vera'].map((name) => connectUser(name)));
    const runs = await Promise.all(users.map((client) => startAndReach(client, 300)));
    const lostAt = Date.now();
    await stack.redis.flush();
    const ended = await Promise.all(runs.map(readRest));
    expect(Date.now() - lostAt).toBeLessThan(recoveryMs);
    for (const [index, client] of users.entries()) await expectWhole(client, ended[index]!);
  }, 120_000);

  test('the end in order of its worker, which hands it over', async () => {
    const users = await Promise.all(['sara', 'tom'].map((name) => connectUser(name)));
    const runs = await Promise.all(users.map((client) => startAndReach(client, 300)));
    expect(await workers.pop()!.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    const ended = await Promise.all(runs.map(readRest));
    // Handed over, not found: a job that is left lies still until its lock has run out, for 10 s at least.
    for (const { events } of ended) expect(longestPauseMs(events)).toBeLessThan(9_000);
    for (const [index, client] of users.entries()) await expectWhole(client, ended[index]!);
  }, 120_000);
});

describe('an API node that is told to end', () => {
  test('says so to its sockets, and the run goes on without it', async () => {
    const onFirst = await connectUser('rosa');
    const onSecond = await openApiClient(nodes[1].url, 'rosa');
    const { runId, events } = await startAndReach(onSecond, 300);
    const end = onSecond.socketEnd();
    const rest = expect(readToEnd(events)).rejects.toBeDefined();
    expect(await nodes[1].stop()).toEqual({ code: 0, signal: null });
    expect((await end).code).toBe(1001);
    await rest;
    await expectWhole(onFirst, await readToEnd(follow(onFirst, runId)));
  }, 120_000);
});
