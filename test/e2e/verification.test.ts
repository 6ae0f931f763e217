import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import type { SyncVerification } from '../../src/domain/index.js';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { closeAfterFile } from '../support/close-after-file.js';
import { openHubspotCaller } from '../support/hubspot-caller.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectHubspot, connectPlatform, type Progress, readUntil, sync } from '../support/sync-client.js';

const seeded = 90;

let stack: Stack;
let url: string;
let sql: pg.Client;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  sql = new pg.Client({ connectionString: stack.database.url });
  await sql.connect();
  closeAfterFile(() => sql.end());
});

async function connectUser(name: string): Promise<ApiClient> {
  const client = await openApiClient(url, name);
  await connectHubspot(client, name);
  return client;
}

const runQuery = `query ($id: ID!) { syncRun(id: $id) { status progress { sequence status }
  verification { crmTotal held missing failed sampled differing message at } } }`;

interface Verified {
  readonly status: string;
  readonly progress: { readonly sequence: number; readonly status: string };
  readonly verification: SyncVerification;
}

/** The run, once it was held against the CRM. */
async function verified(client: ApiClient, runId: string): Promise<Verified> {
  const read = async () => {
    const { syncRun } = await client.query(runQuery, { id: runId });
    return syncRun.verification && (syncRun as Verified);
  };
  return waitFor(read, { timeoutMs: 30_000, what: 'the proof of the run' });
}

/** What a second proof of a full run says, after `spoil` has changed what is held, behind the program's back. */
async function proveAgain(
  client: ApiClient,
  spoil: (link: { id: string; externalId: string }) => Promise<unknown>,
): Promise<Verified & { externalId: string }> {
  const { runId } = await sync(client, 'FULL');
  await verified(client, runId);
  const found = await sql.query(
    `SELECT m.id, m.external_id AS "externalId" FROM crm_contact_mappings m JOIN sync_runs r USING (user_id, platform)
     WHERE r.id = $1 ORDER BY m.external_id LIMIT 1`,
    [runId],
  );
  const link = found.rows[0];
  await spoil(link);
  // As if the job had been lost before the proof: the sweeper finds what is due.
  await sql.query('UPDATE sync_runs SET verification = NULL, verify_due_at = now() WHERE id = $1', [runId]);
  return { ...(await verified(client, runId)), externalId: link.externalId };
}

test.each(['SALESFORCE', 'GOOGLE'] as const)('a full run is held against %s too', async (platform) => {
  const client = await openApiClient(url, `all of ${platform}`);
  await connectPlatform(client, platform, platform.toLowerCase());
  const { runId } = await sync(client, 'FULL', platform);
  const { verification } = await verified(client, runId);
  expect(verification).toMatchObject({
    crmTotal: seeded,
    held: seeded,
    missing: 0,
    failed: 0,
    differing: [],
  });
  expect(verification.message).toContain('missing 0');
  expect(verification.sampled).toBeGreaterThan(0);
});

describe('a full run is held against HubSpot', () => {
  test('and says "missing 0" where nothing is; watchers are told', async () => {
    const client = await connectUser('ada');
    const activity = client.subscribe<Progress>(
      'subscription { syncActivity { syncRunId sequence status } }',
    );
    const heard: Progress[] = [];
    readUntil(activity, (event) => heard.push(event) === 0).catch(() => {}); // ends with the socket
    const { runId } = await sync(client, 'FULL');
    const { status, progress, verification } = await verified(client, runId);
    expect(verification).toMatchObject({
      ...{ crmTotal: seeded, held: seeded, missing: 0, failed: 0 },
      ...{ sampled: seeded, differing: [], message: 'missing 0', at: expect.any(String) },
    });
    expect(status).toBe('SUCCEEDED');
    const isTold = () => heard.find(({ sequence }) => sequence === progress.sequence);
    const told = await waitFor(isTold, { timeoutMs: 30_000, what: 'the proof in the activity' });
    expect(told).toMatchObject({ syncRunId: runId, status: 'SUCCEEDED' });
  });

  test('and tells a record that is no longer held', async () => {
    const client = await connectUser('bea');
    const { status, verification } = await proveAgain(client, ({ id }) =>
      sql.query('DELETE FROM crm_contact_mappings WHERE id = $1', [id]),
    );
    expect(verification).toMatchObject({ crmTotal: seeded, held: seeded - 1, missing: 1, differing: [] });
    expect(verification.message).toContain('missing 1 of 90');
    expect(status).toBe('SUCCEEDED');
  });

  test('and names a record that is held with other values', async () => {
    const client = await connectUser('cleo');
    const { verification, externalId } = await proveAgain(client, ({ id }) =>
      sql.query(
        `UPDATE crm_contact_mappings SET base = jsonb_set(base, '{lastName}', '"Altered"') WHERE id = $1`,
        [id],
      ),
    );
    expect(verification).toMatchObject({ missing: 0, sampled: seeded, differing: [externalId] });
    expect(verification.message).toContain('1 of 90 sampled differ');
  });

  test('and tells a record that failed', async () => {
    const client = await connectUser('dina');
    const hubspot = await openHubspotCaller(stack.sandbox.url, 'dina');
    await hubspot.create({ email: 'long@example.com', jobtitle: 'x'.repeat(300) });
    const { runId } = await sync(client, 'FULL');
    const { status, verification } = await verified(client, runId);
    expect(verification).toMatchObject({ crmTotal: seeded + 1, held: seeded, missing: 1, failed: 1 });
    expect(verification.message).toBe('missing 1 of 91: 1 record failed, see recordErrors');
    expect(status).toBe('PARTIALLY_SUCCEEDED');
  });

  test('and not one that reads what changed', async () => {
    const client = await connectUser('emma');
    const full = await sync(client, 'FULL');
    await verified(client, full.runId);
    const { runId } = await sync(client, 'INCREMENTAL');
    const found = await sql.query('SELECT verify_due_at FROM sync_runs WHERE id = $1', [runId]);
    expect(found.rows).toEqual([{ verify_due_at: null }]);
  });
});
