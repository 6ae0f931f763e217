import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import { openHubspotCaller } from '../support/hubspot-caller.js';
import {
  create,
  edit,
  failuresOf,
  markOf,
  openTwoWayUser,
  showAtOnce,
  writesSince,
} from '../support/push-client.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import { connectPlatform, follow, readToEnd, sync } from '../support/sync-client.js';
import { openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { runThrough, start, steer } from '../support/two-way-client.js';

const seeded = 12;

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
});

const retry = async (client: ApiClient, runId: string) =>
  readToEnd(follow(client, await steer(client, 'retrySync', runId)));

const retryRefusal = (client: ApiClient, id: string) =>
  client.refusal('mutation ($id: ID!) { retrySync(id: $id) { syncRun { id } } }', { id });

/** What each CRM does not take of a known and of a new contact, by which words the reason names the field, and what it takes. */
const refused = [
  {
    platform: 'HUBSPOT',
    changed: {
      bad: { email: '"odd one"@example.com' },
      word: /e-mail address/,
      good: { email: 'even@example.com' },
    },
    made: { bad: { phone: '+4930123456' }, word: /first name or a last name/, good: { lastName: 'Named' } },
  },
  {
    platform: 'SALESFORCE',
    changed: {
      bad: { title: 'T'.repeat(200) },
      word: /128 characters for title/,
      good: { title: 'T'.repeat(128) },
    },
    made: {
      bad: { lastName: 'Long', email: `${'e'.repeat(60)}@${'d'.repeat(30)}.example.com` },
      word: /80 characters for email/,
      good: { email: 'short@example.com' },
    },
  },
] as const;

describe.each(refused)('what $platform does not take', ({ platform, changed, made }) => {
  let client: ApiClient;
  let [changedId, goodId, madeId] = ['', '', ''];
  let [runId, retriedId] = ['', ''];

  beforeAll(async () => {
    client = await openTwoWayUser(crms, url, `refused-${platform.toLowerCase()}`, platform);
    const [one, other] = await readContacts(client);
    [changedId, goodId] = [one!.id, other!.id];
    await edit(client, changedId, changed.bad);
    await edit(client, goodId, { title: 'Taken' });
    madeId = await create(client, made.bad);
    await create(client, { lastName: 'Taken', email: 'taken@example.com' });
  });

  test('fails alone, with its reason, and the others go', async () => {
    const ended = await runThrough(client, { platform, direction: 'TWO_WAY' });
    runId = ended.runId;
    expect(ended.final).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', created: 1, updated: 1, failed: 2 });
    const failures = await failuresOf(client, runId);
    expect(failures).toHaveLength(2);
    const reasonOf = (id: string) => failures.find(({ contactId }) => contactId === id)!;
    const mark = await markOf(client, changedId, platform);
    const wrong = { code: 'INVALID_RECORD', retryable: false };
    expect(reasonOf(changedId)).toMatchObject({ ...wrong, externalId: mark!.externalId });
    expect(reasonOf(changedId).message).toMatch(changed.word);
    expect(reasonOf(madeId)).toMatchObject({ ...wrong, externalId: null });
    expect(reasonOf(madeId).message).toMatch(made.word);
    expect(mark).toMatchObject({ state: 'FAILED', error: reasonOf(changedId).message });
    expect(await markOf(client, goodId, platform)).toMatchObject({ state: 'SYNCED', error: null });
  });

  test('goes by a retry once it is corrected, and nothing else with it', async () => {
    await edit(client, changedId, changed.good);
    await edit(client, madeId, made.good);
    await edit(client, goodId, { title: 'Not in the retry' });
    const since = Date.now();
    const ended = await retry(client, runId);
    retriedId = ended.runId;
    expect(ended.final).toMatchObject({ status: 'SUCCEEDED', created: 1, updated: 1, failed: 0 });
    expect(await writesSince(crms, client, platform, since)).toBe(2);
    for (const id of [changedId, madeId])
      expect(await markOf(client, id, platform)).toMatchObject({ state: 'SYNCED', error: null });
    const live = await crms.on[platform].live(client.user);
    expect(live.filter(({ values }) => values.title === 'Not in the retry')).toHaveLength(0);
    const { externalId } = (await markOf(client, changedId, platform))!;
    expect(live.find((it) => it.externalId === externalId)?.values).toMatchObject(changed.good);
  });

  test('is retried only where something failed, by its user, once it is over', async () => {
    expect(await retryRefusal(client, retriedId)).toMatchObject({ extensions: { code: 'CONFLICT' } });
    const stranger = await openApiClient(url, `stranger-${platform.toLowerCase()}`);
    expect(await retryRefusal(stranger, runId)).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    await crms.on[platform].sandbox.slowDown(client.user, 500);
    const active = await start(client, { platform, direction: 'TWO_WAY' });
    expect(await retryRefusal(client, active)).toMatchObject({ extensions: { code: 'CONFLICT' } });
    expect(await retryRefusal(client, runId)).toMatchObject({ extensions: { code: 'CONFLICT' } });
    await crms.on[platform].sandbox.clearFaults(client.user);
    expect((await readToEnd(follow(client, active))).final).toMatchObject({
      status: 'SUCCEEDED',
      updated: 1,
    });
  });
});

test('a record of HubSpot that is too long for us is read again by a retry, and nothing else is', async () => {
  const client = await crms.connect(url, 'too-long', ['HUBSPOT']);
  const hubspot = await openHubspotCaller(crms.on.HUBSPOT.sandbox.url, 'too-long');
  const id = await hubspot.create({ email: 'long@example.com', jobtitle: 'x'.repeat(300) });
  const { runId, final } = await sync(client, 'FULL');
  expect(final).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', failed: 1 });
  const again = await retry(client, runId);
  expect(again.final).toMatchObject({ status: 'PARTIALLY_SUCCEEDED', failed: 1, processed: 1 });
  await hubspot.update(id, { jobtitle: 'short' });
  const since = Date.now();
  expect((await retry(client, again.runId)).final).toMatchObject({
    ...{ status: 'SUCCEEDED', created: 1, failed: 0, processed: 1 },
  });
  expect(await crms.on.HUBSPOT.sandbox.calls(since, 'too-long')).toHaveLength(1);
  expect((await readContacts(client)).filter((it) => it.title === 'short')).toHaveLength(1);
});

test('what Salesforce insists on and nobody gave is filled there, and only there', async () => {
  const platform = 'SALESFORCE';
  const client = await openTwoWayUser(crms, url, 'filled', platform);
  const id = await create(client, { email: 'solo.person@example.com' });
  await runThrough(client, { platform, direction: 'TWO_WAY' });
  const { externalId } = (await markOf(client, id, platform))!;
  const read = async () =>
    (await crms.on[platform].live('filled')).find((it) => it.externalId === externalId);
  expect((await read())?.values).toMatchObject({ lastName: 'solo.person', email: 'solo.person@example.com' });
  const since = Date.now();
  for (let round = 0; round < 2; round += 1) await runThrough(client, { platform, direction: 'TWO_WAY' });
  expect(await writesSince(crms, client, platform, since)).toBe(0);
  expect((await readContacts(client)).find((it) => it.id === id)).toMatchObject({ lastName: null });
});

test('two users of one portal who push one person at once make one record, and both have it', async () => {
  const users = await Promise.all(['portal-a', 'portal-b'].map((name) => openApiClient(url, name)));
  const person = { firstName: 'Pat', lastName: 'Both', email: 'pat.both@example.com' };
  const ids = await Promise.all(
    users.map(async (client) => {
      await connectPlatform(client, 'HUBSPOT', 'portal');
      await sync(client, 'FULL');
      return create(client, person);
    }),
  );
  await crms.on.HUBSPOT.sandbox.slowDown('portal', 200);
  const ended = await Promise.all(
    users.map((client) => runThrough(client, { platform: 'HUBSPOT', direction: 'PUSH' })),
  );
  for (const { final } of ended) expect(final).toMatchObject({ status: 'SUCCEEDED', failed: 0 });
  const made = (await crms.on.HUBSPOT.live('portal')).filter(({ values }) => values.email === person.email);
  expect(made).toHaveLength(1);
  for (const [at, client] of users.entries())
    expect(await markOf(client, ids[at]!, 'HUBSPOT')).toMatchObject({
      ...{ externalId: made[0]!.externalId, state: 'SYNCED', error: null },
    });
});
