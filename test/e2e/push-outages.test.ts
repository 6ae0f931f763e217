import { beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../support/api-client.js';
import { readContacts } from '../support/contact-comparison.js';
import { importAll, openTwoWayUser, showAtOnce } from '../support/push-client.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack } from '../support/stack.js';
import {
  connectPlatform,
  follow,
  type PlatformName,
  type Progress,
  readToEnd,
} from '../support/sync-client.js';
import { allPlatforms, openThreeCrms, type ThreeCrms } from '../support/three-crms.js';
import { isWrite, runThrough, start } from '../support/two-way-client.js';

const seeded = 4;
const made = 450;
/** Where each platform takes new contacts. */
const createPaths: Readonly<Record<PlatformName, string>> = {
  HUBSPOT: '/crm/objects/2026-03/contacts/batch/create',
  SALESFORCE: '/services/data/v67.0/composite/sobjects',
  GOOGLE: '/v1/people:batchCreateContacts',
};

let crms: ThreeCrms;
let url: string;

beforeAll(async () => {
  const stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  crms = await openThreeCrms(stack);
  await showAtOnce(crms);
});

/** People with e-mail addresses of the user's own, the first of them without. */
const people = (name: string) =>
  Array.from({ length: made }, (_, at) => ({
    ...{ firstName: `Given${at}`, lastName: `Family${at}`, phone: `+493012${10_000 + at}` },
    ...(at > 0 && { email: `person${at}@${name}.example.com` }),
  }));

describe.each(allPlatforms)('while contacts are sent to %s', (platform) => {
  const sandbox = () => crms.on[platform].sandbox;

  async function openUser(trouble: string): Promise<ApiClient> {
    const name = `${trouble}-${platform.toLowerCase()}`;
    const client = await openTwoWayUser(crms, url, name, platform);
    await importAll(client, people(name));
    return client;
  }

  /** Every contact has one record, and the other way round. */
  async function expectOnce(client: ApiClient): Promise<void> {
    const live = (await crms.on[platform].live(client.user)).map((it) => it.externalId);
    expect(live).toHaveLength(seeded + made);
    const marks = (await readContacts(client)).map((it) => it.crmStatus.map((mark) => mark.externalId));
    expect(marks).toHaveLength(seeded + made);
    expect(marks.flat().sort()).toEqual(live.sort());
  }

  async function expectRestSentOnce(client: ApiClient, sent: number): Promise<void> {
    const { final } = await runThrough(client, { platform, direction: 'TWO_WAY' });
    expect(final).toMatchObject({ status: 'SUCCEEDED', created: made - sent, failed: 0 });
    await expectOnce(client);
  }

  /** Slows the CRM down and starts a run; gives it once something is sent and more is on its way. */
  async function startAndSend(client: ApiClient) {
    await sandbox().addFault(client.user, { path: createPaths[platform], delayMs: 700, times: 1_000 });
    const since = Date.now();
    const id = await start(client, { platform, direction: 'TWO_WAY' });
    const isUnderWay = async () => (await sandbox().calls(since, client.user)).filter(isWrite).length > 1;
    await waitFor(isUnderWay, { timeoutMs: 20_000, what: 'a second batch on its way' });
    return id;
  }

  test.each([
    ['too many calls', { status: 429, retryAfterSeconds: 1, times: 3 }],
    ['a server that fails', { status: 503, times: 2 }],
    ['a page of HTML', { html: true, times: 1 }],
  ])('%s: the run waits, and nothing is sent twice', async (trouble, fault) => {
    const client = await openUser(trouble.replaceAll(' ', '-'));
    await sandbox().addFault(client.user, { path: createPaths[platform], ...fault });
    await expectRestSentOnce(client, 0);
  });

  test.each(['cancelSync', 'pauseSync'] as const)('%s: what was sent is linked and counted', async (stop) => {
    const client = await openUser(stop.toLowerCase());
    const id = await startAndSend(client);
    await client.query(`mutation ($id: ID!) { ${stop}(id: $id) { syncRun { id } } }`, { id });
    const linked = async () =>
      (await readContacts(client)).filter(({ crmStatus }) => crmStatus.length > 0).length - seeded;
    const live = async () => (await crms.on[platform].live(client.user)).length - seeded;
    const isSettled = async () => (await linked()) === (await live()) && (await linked()) > 0;
    await waitFor(isSettled, { what: 'what was sent to be linked' });
    const { syncRun } = await client.query<{ syncRun: { progress: Progress } }>(
      'query ($id: ID!) { syncRun(id: $id) { progress { created } } }',
      { id },
    );
    const sent = await linked();
    expect(syncRun.progress.created).toBe(sent);
    expect(sent).toBeLessThan(made);
    await sandbox().clearFaults(client.user);
    if (stop === 'cancelSync') return expectRestSentOnce(client, sent);
    await client.query('mutation ($id: ID!) { resumeSync(id: $id) { syncRun { id } } }', { id });
    expect((await readToEnd(follow(client, id))).final).toMatchObject({ status: 'SUCCEEDED', created: made });
    return expectOnce(client);
  });

  test('the connection ends: the run says so, and after the user has come back the rest goes once', async () => {
    const client = await openUser('revoked');
    const id = await startAndSend(client);
    await sandbox().tokens(client.user, { expire: 'refresh' });
    await sandbox().tokens(client.user, { expire: 'access' });
    const { final } = await readToEnd(follow(client, id));
    expect(final).toMatchObject({ status: 'FAILED' });
    const { syncRun } = await client.query(
      'query ($id: ID!) { syncRun(id: $id) { error { code message } } }',
      {
        id,
      },
    );
    expect(syncRun.error).toMatchObject({ code: 'NEEDS_REAUTHORIZATION' });
    expect(final.created).toBeGreaterThan(0);
    await sandbox().clearFaults(client.user);
    await connectPlatform(client, platform, client.user);
    await expectRestSentOnce(client, final.created);
  });
});
