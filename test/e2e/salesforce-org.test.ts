import { createServer, type Server } from 'node:net';
import { Redis } from 'ioredis';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { closeAfterFile } from '../support/close-after-file.js';
import { readContacts } from '../support/contact-comparison.js';
import type { SandboxControl } from '../support/sandbox-control.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectPlatform, follow, readToEnd, readUntil, startSync, sync } from '../support/sync-client.js';
import { openThreeCrms, type ThreeCrms } from '../support/three-crms.js';

const seeded = 300;

let stack: Stack;
let crms: ThreeCrms;
let url: string;
let salesforce: SandboxControl;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  crms = await openThreeCrms(stack);
  salesforce = crms.on.SALESFORCE.sandbox;
  await salesforce.limits({ daily: 15_000 });
});

describe('an org whose allowance ends in the middle of a full sync', () => {
  const setRun = (client: ApiClient, id: string, action: 'pauseSync' | 'resumeSync') =>
    client.query(`mutation ($id: ID!) { ${action}(id: $id) { syncRun { status } } }`, { id });

  const readRun = async (client: ApiClient, id: string) => {
    const { syncRun } = await client.query(
      `query ($id: ID!) { syncRun(id: $id) {
        status progress { status processed waitingFor goesOnAt } } }`,
      { id },
    );
    return syncRun;
  };

  test('waits, says until when and why, and goes on to the end once there is more', async () => {
    const client = await crms.connect(url, 'mona', ['SALESFORCE', 'GOOGLE']);
    await salesforce.addFault(client.user, { path: '/services/data', delayMs: 500, times: 1_000 });
    const { syncRun } = await startSync(client, 'FULL', 'SALESFORCE');
    const events = follow(client, syncRun.id);
    const begun = await readUntil(events, ({ processed }) => processed > 0);
    await setRun(client, syncRun.id, 'pauseSync');
    await salesforce.control('PUT', '/salesforce/usage', client.user, { used: 15_000 });
    await salesforce.clearFaults(client.user);
    await setRun(client, syncRun.id, 'resumeSync');
    const waiting = await readUntil(events, ({ status }) => status === 'WAITING_FOR_QUOTA');
    expect(waiting.processed).toBe(begun.processed);
    expect(begun.processed).toBeLessThan(seeded);
    const { progress } = await readRun(client, syncRun.id);
    expect(progress.waitingFor).toMatch(/^Salesforce's daily (requests|allowance) .* used up/);
    expect(Date.parse(progress.goesOnAt)).toBeGreaterThan(Date.parse(waiting.at));

    // Another CRM's sync does not wait with it.
    const other = await sync(client, 'FULL', 'GOOGLE');
    expect(other.final).toMatchObject({ status: 'SUCCEEDED', processed: seeded });
    // Asked for again, it is the same run; its time has not come.
    const again = await startSync(client, 'FULL', 'SALESFORCE');
    expect(again).toMatchObject({ alreadyRunning: true, syncRun: { id: syncRun.id } });

    await salesforce.control('DELETE', '/salesforce/usage', client.user);
    const ended = readToEnd(events);
    const turnClock = openClock(stack, crms);
    const isOver = async () => {
      await turnClock();
      return (await readRun(client, syncRun.id)).status === 'SUCCEEDED';
    };
    await waitFor(isOver, { timeoutMs: 50_000, what: 'the end of the run' });
    expect((await ended).final).toMatchObject({ status: 'SUCCEEDED', processed: seeded, failed: 0 });
    await crms.untilSame(client, 'SALESFORCE');
  });
});

/**
 * Lets the minutes pass that Salesforce, refusing, was to be left alone for: in the ledger that says when one call may
 * try, and in the row that says when the run goes on.
 */
function openClock({ redis }: Stack, { database }: ThreeCrms): () => Promise<void> {
  const client = new Redis(redis.url);
  closeAfterFile(() => client.disconnect());
  return async () => {
    for (const key of await client.keys('{allowances:salesforce:org:*:86400000}')) {
      if (await client.hexists(key, 'stopped')) await client.hset(key, 'stopped', 1);
      await client.hset(key, 'probe', 1);
    }
    await database.query(`UPDATE sync_runs SET due_at = now() WHERE status = 'WAITING_FOR_QUOTA'`);
  };
}

describe('an org that names a foreign address as its own', () => {
  /** Listens on every address of this machine, so on 127.0.0.2, and knows who came. */
  async function openForeignHost(): Promise<{ port: number; expectNobody(): Promise<void> }> {
    let visits = 0;
    const server: Server = createServer((socket) => {
      visits += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    closeAfterFile(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    const { port } = server.address() as { port: number };
    const expectNobody = async () => {
      expect(visits).toBe(0);
      // Who does go there is seen.
      await fetch(`http://127.0.0.2:${port}`).catch(() => {});
      expect(visits).toBe(1);
    };
    return { port, expectNobody };
  }

  const callsOfApi = async (account: string) =>
    (await salesforce.calls(0, account)).filter((it) => it.path.startsWith('/services/data'));

  // 127.0.0.2 leads here as well, but is not on the list of hosts.
  test.each([
    ['of another host', (port: number) => `http://127.0.0.2:${port}`],
    ['over TLS', (port: number) => `https://127.0.0.2:${port}`],
    ['with a listed host as the user name', (port: number) => `http://localhost@127.0.0.2:${port}`],
    ['with a user name', (port: number) => `http://somebody:secret@localhost:${port}`],
    ['with a listed host as its beginning', (port: number) => `http://localhost.127.0.0.2.nip.io:${port}`],
    ['that is none', () => 'javascript:alert(1)'],
  ])('%s is refused in words, and nothing goes there', async (name, addressOf) => {
    const foreign = await openForeignHost();
    const client = await openApiClient(url, `victim ${name}`);
    const account = `victim-${foreign.port}`;
    await salesforce.control('PUT', '/salesforce/settings', account, {
      instanceUrl: addressOf(foreign.port),
    });
    const refused = connectPlatform(client, 'SALESFORCE', account);
    await expect(refused).rejects.toThrow(/HTTP 400: .*Salesforce is not connected\..*not one of its own/s);
    const { integration } = await client.query('{ integration(platform: SALESFORCE) { state accountId } }');
    expect(integration).toEqual({ state: 'DISCONNECTED', accountId: null });
    expect(await callsOfApi(account)).toEqual([]);
    await foreign.expectNobody();
  });

  test('when a token is renewed ends the sync in words; with its own address again it works', async () => {
    const foreign = await openForeignHost();
    const client = await crms.connect(url, 'nina', ['SALESFORCE']);
    await sync(client, 'FULL', 'SALESFORCE');
    await salesforce.touch(client.user, { change: 5 });
    const instanceUrl = `http://127.0.0.2:${foreign.port}`;
    await salesforce.control('PUT', '/salesforce/settings', client.user, { instanceUrl });
    await salesforce.tokens(client.user, { expire: 'access' });
    const { runId, final } = await sync(client, 'INCREMENTAL', 'SALESFORCE');
    expect(final.status).toBe('FAILED');
    const { syncRun } = await client.query(
      'query ($id: ID!) { syncRun(id: $id) { error { code message } } }',
      {
        id: runId,
      },
    );
    expect(syncRun.error).toMatchObject({ code: 'CRM_REJECTED' });
    expect(syncRun.error.message).toContain('not one of its own');
    expect(await readContacts(client)).toHaveLength(seeded);

    await salesforce.control('PUT', '/salesforce/settings', client.user, { instanceUrl: null });
    expect((await sync(client, 'INCREMENTAL', 'SALESFORCE')).final.status).toBe('SUCCEEDED');
    await crms.untilSame(client, 'SALESFORCE');
    await foreign.expectNobody();
  });
});
