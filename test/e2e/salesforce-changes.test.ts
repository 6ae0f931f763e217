import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { type ApiContact, readContacts } from '../support/contact-comparison.js';
import { type LaunchedProgram, startWorker } from '../support/launch.js';
import type { SandboxControl } from '../support/sandbox-control.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { openThreeCrms, type ThreeCrms } from '../support/three-crms.js';

/** Contacts and Leads together. */
const seeded = 200;

let stack: Stack;
let crms: ThreeCrms;
let worker: LaunchedProgram;
let ada: ApiClient;
let salesforce: SandboxControl;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  const [node, started] = await Promise.all([
    startProgram({ env: { ...stack.env, ROLE: 'api' } }),
    startWorker(stack.env),
  ]);
  worker = started;
  crms = await openThreeCrms(stack);
  salesforce = crms.on.SALESFORCE.sandbox;
  ada = await crms.connect(node.url, 'ada');
  followActivity().catch(() => {}); // ends with the socket
  await crms.syncAll(ada, 'FULL');
  await crms.untilHeard(ada);
});

async function readRecord(externalId: string): Promise<ApiContact | undefined> {
  const all = await readContacts(ada);
  return all.find((it) => it.crmStatus.some((mark) => mark.externalId === externalId));
}

interface Activity {
  readonly syncRunId: string;
  readonly status: string;
  readonly processed: number;
  readonly updated: number;
  readonly deleted: number;
}

/** All that syncActivity has told from the beginning. */
const told: Activity[] = [];

async function followActivity(): Promise<void> {
  const events = ada.subscribe<Activity>(
    'subscription { syncActivity { syncRunId status processed created updated deleted } }',
  );
  for await (const event of events) told.push(event);
}

/** To be asked before what starts a run: gives the end of that run, as syncActivity tells it. */
async function watchActivity(): Promise<() => Promise<Activity>> {
  await crms.untilHeard(ada);
  const { syncRuns } = await ada.query('{ syncRuns(first: 100) { nodes { id } } }');
  const before = new Set(syncRuns.nodes.map((it: { id: string }) => it.id));
  const isNext = (it: Activity) => it.status === 'SUCCEEDED' && !before.has(it.syncRunId);
  return () => waitFor(() => told.find(isNext), { timeoutMs: 40_000, what: 'a run on syncActivity' });
}

const lastSyncedAt = async () =>
  (await ada.query('{ integration(platform: SALESFORCE) { lastSyncedAt } }')).integration.lastSyncedAt;

describe('what Salesforce tells by Change Data Capture', () => {
  test.each(['Contact', 'Lead'])(
    'a changed %s shows, on syncActivity too, and moves no bookmark',
    async (object) => {
      const before = await lastSyncedAt();
      const activity = await watchActivity();
      await salesforce.control('POST', '/contacts', ada.user, { object, change: 1 });
      expect(await activity()).toMatchObject({ processed: 1, deleted: 0 });
      await crms.untilSame(ada, 'SALESFORCE');
      expect(await lastSyncedAt()).toBe(before);
    },
  );

  test('a new record shows', async () => {
    const { added } = await salesforce.touch(ada.user, { add: 1 });
    await crms.untilSame(ada, 'SALESFORCE');
    expect((await readRecord(added[0]!))?.crmStatus).toMatchObject([
      { recordType: 'Contact', state: 'SYNCED' },
    ]);
  });

  test('a deleted record shows: its contact goes, unless another CRM holds it', async () => {
    const before = new Map(
      (await readContacts(ada)).flatMap((it) => it.crmStatus.map((mark) => [mark.externalId, it] as const)),
    );
    const activity = await watchActivity();
    const { archived } = await salesforce.touch(ada.user, { archive: 6 });
    expect((await activity()).deleted).toBeGreaterThan(0);
    await crms.untilSame(ada, 'SALESFORCE');
    const after = new Map((await readContacts(ada)).map((it) => [it.id, it]));
    for (const id of archived) {
      const was = before.get(id)!;
      const others = was.crmStatus.filter((it) => it.platform !== 'SALESFORCE');
      const left = after.get(was.id)?.crmStatus.filter((it) => it.state === 'SYNCED') ?? [];
      expect(left.map((it) => it.externalId)).toEqual(others.map((it) => it.externalId));
      expect(after.has(was.id)).toBe(others.length > 0);
    }
  });

  test('merged records become one contact, which keeps its id', async () => {
    const before = new Map((await crms.links(ada)).map((it) => [it.externalId, it.contactId]));
    const { merged } = await salesforce.touch(ada.user, { merge: 2 });
    await crms.untilSame(ada, 'SALESFORCE');
    const shown = new Set((await readContacts(ada)).map((it) => it.id));
    for (const { ids, survivor } of merged) {
      const was = ids.map((id) => before.get(id)!);
      const left = (await readRecord(survivor))!.id;
      expect(was).toContain(left);
      expect(was.filter((id) => shown.has(id))).toEqual([left]);
    }
  });

  test('a burst of changes ends as Salesforce has it', async () => {
    await salesforce.touch(ada.user, { add: 30, change: 40, archive: 20, merge: 10 });
    await salesforce.control('POST', '/contacts', ada.user, {
      object: 'Lead',
      add: 5,
      change: 10,
      archive: 5,
      merge: 3,
    });
    await crms.untilSame(ada, 'SALESFORCE');
  });
});

describe('what Salesforce could not tell', () => {
  test.each(['Contact', 'Lead'])('a gap in the events of %s is made good', async (object) => {
    await salesforce.control('POST', '/salesforce/gap', ada.user, {
      object,
      add: 2,
      change: 3,
      archive: 2,
      merge: 1,
    });
    await crms.untilSame(ada, 'SALESFORCE');
  });

  test('an overflow, which names no record, is made good by a reading from the bookmark', async () => {
    await salesforce.control('PUT', '/salesforce/settings', ada.user, { changeDataCapture: false });
    await salesforce.touch(ada.user, { add: 2, change: 5, archive: 3, merge: 2 });
    await salesforce.control('PUT', '/salesforce/settings', ada.user, { changeDataCapture: true });
    await salesforce.control('POST', '/salesforce/gap', ada.user, { overflow: true });
    await crms.untilSame(ada, 'SALESFORCE');
  });

  test('changes whose replay has expired while nobody listened are made good', async () => {
    await worker.kill('SIGTERM');
    await salesforce.touch(ada.user, { add: 3, change: 6, archive: 4, merge: 2 });
    await salesforce.control('DELETE', '/salesforce/replay', ada.user);
    worker = await startWorker(stack.env);
    await crms.untilSame(ada, 'SALESFORCE');
    await crms.untilHeard(ada);
    const activity = await watchActivity();
    await salesforce.touch(ada.user, { change: 1 });
    expect(await activity()).toMatchObject({ processed: 1 });
    await crms.untilSame(ada, 'SALESFORCE');
  });

  test('changes while nobody listened are told afterwards, from the place that was kept', async () => {
    // A channel of which nothing was heard yet has no place.
    for (const object of ['Contact', 'Lead'])
      await salesforce.control('POST', '/contacts', ada.user, { object, change: 1 });
    await crms.untilSame(ada, 'SALESFORCE');
    await crms.untilHeard(ada);
    await worker.kill('SIGTERM');
    const before = await lastSyncedAt();
    const { changed } = await salesforce.touch(ada.user, { change: 4, archive: 2 });
    expect(changed).toHaveLength(4);
    worker = await startWorker(stack.env);
    await crms.untilSame(ada, 'SALESFORCE');
    expect(await lastSyncedAt()).toBe(before);
  });

  test('a client that was forgotten shakes hands again, and misses nothing', async () => {
    await salesforce.control('DELETE', '/salesforce/streams', ada.user);
    await salesforce.touch(ada.user, { change: 3, archive: 1 });
    await crms.untilSame(ada, 'SALESFORCE');
  });
});

test("all that happened in Salesforce has left the other CRMs' records as they were", async () => {
  for (const other of ['HUBSPOT', 'GOOGLE'] as const)
    expect(await crms.differences(ada, other)).toMatchObject({ missing: [], tooMany: [] });
});
