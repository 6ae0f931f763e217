import { describe, expect, it } from 'vitest';
import type { Connector, RecordWriter, Session, Stream } from '../../../src/connectors/index.js';
import { type ContactValues, emptyValues } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { byId, openHarness } from '../../support/engine-harness.js';
import { LostStep } from '../../support/lost-steps.js';
import { openGoogle } from '../../support/platforms/google.js';
import { openHubspot } from '../../support/platforms/hubspot.js';
import type { PlatformUnderTest } from '../../support/platforms/platform-under-test.js';
import { openSalesforce } from '../../support/platforms/salesforce.js';

/*
 * A worker that is killed at every point of a push: the real engine, store and connectors, over real HTTP, against the
 * sandboxes of all platforms that can be written.
 */

/** Of one kind in one call: each kind takes two. */
const mostAtOnce = 2;
/** Plays side by side: most of their time they wait until a CRM shows what was sent. */
const lanes = 16;

const sandboxes = await openSandboxes({ port: 0, contacts: 10, seed: 3 });
closeAfterFile(() => sandboxes.close());
const underTest: PlatformUnderTest[] = [
  await openHubspot(sandboxes.hubspotUrl),
  await openSalesforce(sandboxes.salesforceUrl),
  await openGoogle(sandboxes.googleUrl),
];
const harness = await openHarness();

/** A place in a push where its worker may be killed, and how often it was passed. */
type Passed = (point: string) => void;

/** The same platform with small calls; `passed` is told of each that was answered. */
function watched(on: PlatformUnderTest, passed: Passed): PlatformUnderTest {
  const watchWriter = (writer: RecordWriter): RecordWriter => ({
    ...writer,
    most: { CREATE: mostAtOnce, UPDATE: mostAtOnce, DELETE: mostAtOnce },
    async write(...ask) {
      const outcomes = await writer.write(...ask);
      passed('after the CRM has written');
      return outcomes;
    },
  });
  const watchStream = (stream: Stream): Stream =>
    stream.writer ? { ...stream, writer: watchWriter(stream.writer) } : stream;
  const connector = on.connectors.get(on.platform) as Connector<Session>;
  const streams: Connector['streams'] = (settings) => connector.streams(settings).map(watchStream);
  return { ...on, connectors: new Map([[on.platform, { ...connector, streams }]]) };
}

const pointOf: Readonly<Record<string, string>> = {
  planNext: 'after a part of the plan',
  takeNext: 'after a batch was taken',
  settle: 'after a batch was settled',
};

const made = (name: string, email: string | null): ContactValues => ({
  ...emptyValues,
  ...{ firstName: name, lastName: `Made ${name}`, email, title: 'Dr.' },
});
const madeHere = ['a', 'b', 'c', 'd'].map((name, index) =>
  made(name, index % 2 === 0 ? `${name}@made.example` : null),
);

let accounts = 0;

/** Deletes, changes and makes contacts here and sends that; `at` is called at every point. Then syncs once more. */
async function play(on: PlatformUnderTest, at: Passed) {
  accounts += 1;
  const account = `crashes-${accounts}`;
  const user = await harness.connect(watched(on, at), account);
  const { contacts } = harness.store;
  await user.sync('TWO_WAY');
  const rows = await user.query('SELECT id FROM contacts WHERE user_id = $1 ORDER BY email, id');
  const ids = rows.map(({ id }) => id as string);
  await contacts.remove(user.userId, ids.slice(0, 3));
  const changed = ids.slice(3, 6);
  for (const id of changed) await contacts.update(user.userId, id, { title: 'Changed', lastName: 'Renamed' });
  for (const values of madeHere) await contacts.create(user.userId, values);
  const run = await user.sync('TWO_WAY', (when, call) => {
    const point = pointOf[call];
    if (when === 'after' && point) at(point);
  });
  const live = byId(await on.live(account));
  const again = await user.sync('TWO_WAY');
  return { user, account, run, live, again, left: ids.length - 3 };
}

async function expectOnce(on: PlatformUnderTest, played: Awaited<ReturnType<typeof play>>): Promise<void> {
  const { user, account, live, left } = played;
  expect(live).toHaveLength(left + madeHere.length);
  const names = live.flatMap(({ values }) => (values.lastName?.startsWith('Made') ? values : []));
  const byName = (all: readonly ContactValues[]) =>
    [...all].sort((a, b) => (String(a.firstName) < String(b.firstName) ? -1 : 1));
  expect(byName(names)).toEqual(madeHere);
  expect(
    live.filter(({ values }) => values.title === 'Changed' && values.lastName === 'Renamed'),
  ).toHaveLength(3);
  expect(byId(await user.held())).toEqual(live);
  expect(byId(await on.live(account))).toEqual(live);
  expect(await user.countContacts()).toBe(live.length);
  const pushes = await user.query(
    `SELECT DISTINCT state FROM sync_pushes WHERE user_id = $1 AND state <> 'SKIPPED'`,
  );
  expect(pushes).toEqual([{ state: 'DONE' }]);
}

/** Each point that a push passes which nobody kills: its name, and how often it was passed before. */
async function listPoints(on: PlatformUnderTest): Promise<string[]> {
  const points: string[] = [];
  await expectOnce(on, await play(on, (point) => points.push(numbered(points, point))));
  return points;
}

function numbered(before: readonly string[], point: string): string {
  return `${point} (${before.filter((it) => it.startsWith(point)).length + 1})`;
}

/** Plays, and throws once at the point. */
function playKilled(on: PlatformUnderTest, where: string) {
  const passed: string[] = [];
  return play(on, (point) => {
    const name = numbered(passed, point);
    passed.push(name);
    if (name === where) throw new LostStep(where);
  });
}

describe.each(underTest.map((it) => [it.platform, it] as const))('%s', (_name, on) => {
  it('holds each record once and with the right values, wherever the worker is killed', async () => {
    const points = await listPoints(on);
    expect(points).toEqual(expect.arrayContaining(['after the CRM has written (6)']));
    const left = [...points];
    const failures: string[] = [];
    const lane = async () => {
      for (let where = left.shift(); where; where = left.shift()) {
        const killed = where;
        await playKilled(on, killed)
          .then((played) => expectOnce(on, played))
          .catch((error: unknown) => failures.push(`${killed}: ${error}`));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    expect(failures).toEqual([]);
  }, 240_000);
});
