import pg from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { closeAfterFile } from '../support/close-after-file.js';
import { openHubspotCaller } from '../support/hubspot-caller.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectPlatform, type PlatformName, sync } from '../support/sync-client.js';

const seeded = 300;

let stack: Stack;
let url: string;
let database: pg.Client;

beforeAll(async () => {
  stack = await openStack({ contacts: seeded });
  ({ url } = await startProgram({ env: stack.env }));
  database = new pg.Client({ connectionString: stack.database.url });
  await database.connect();
  closeAfterFile(() => database.end());
});

async function connectUser(name: string, platform: PlatformName = 'HUBSPOT'): Promise<ApiClient> {
  const client = await openApiClient(url, name);
  await connectPlatform(client, platform, name);
  return client;
}

/** What the run says of itself, some time after its end. */
function verificationOf(client: ApiClient, runId: string): Promise<Record<string, unknown>> {
  return waitFor(
    async () => {
      const { syncRun } = await client.query(
        `query ($id: ID!) { syncRun(id: $id) { verification { crmTotal held missing failed sampled differing message at } } }`,
        { id: runId },
      );
      return syncRun.verification as Record<string, unknown> | null;
    },
    { timeoutMs: 60_000, what: 'the verification of the run' },
  );
}

/** The user's links, past the program's back. */
async function tamper(client: ApiClient, change: string): Promise<string> {
  const { viewer } = await client.query('{ viewer { userId } }');
  const found = await database.query(
    `${change} WHERE id = (SELECT id FROM crm_contact_mappings WHERE user_id = $1 LIMIT 1) RETURNING external_id`,
    [viewer.userId],
  );
  return found.rows[0].external_id;
}

/** So that the reading is held against the CRM once more. */
async function verifyAgain(client: ApiClient, runId: string): Promise<Record<string, unknown>> {
  await database.query(
    `UPDATE sync_runs SET verification = NULL, verify_tries = 0, verify_due_at = now() WHERE id = $1`,
    [runId],
  );
  return verificationOf(client, runId);
}

describe('after a whole reading', () => {
  test.each(['HUBSPOT', 'SALESFORCE', 'GOOGLE'] as const)(
    'of %s nothing is missing, and the run says so',
    async (platform) => {
      const client = await connectUser(`all-${platform.toLowerCase()}`, platform);
      const { runId, final } = await sync(client, 'FULL', platform);
      expect(final.status).toBe('SUCCEEDED');
      const found = await verificationOf(client, runId);
      expect(found).toMatchObject({ crmTotal: seeded, held: seeded, missing: 0, failed: 0, differing: [] });
      expect(found.message).toContain(`missing 0 of ${seeded}`);
      expect(found.sampled).toBeGreaterThanOrEqual(100);
    },
  );

  test('what is not held is missing, and what is not equal is named', async () => {
    const client = await connectUser('anna');
    const { runId } = await sync(client, 'FULL');
    await verificationOf(client, runId);
    await tamper(client, 'DELETE FROM crm_contact_mappings');
    expect(await verifyAgain(client, runId)).toMatchObject({
      crmTotal: seeded,
      held: seeded - 1,
      missing: 1,
      failed: 0,
    });
    // All but a few, so that the sample cannot pass them by.
    const { viewer } = await client.query('{ viewer { userId } }');
    await database.query(
      `UPDATE crm_contact_mappings SET base = base || '{"title": "Nobody"}' WHERE user_id = $1`,
      [viewer.userId],
    );
    const found = await verifyAgain(client, runId);
    expect((found.differing as string[]).length).toBe(found.sampled);
  });

  test('a record that could not be taken is told as failed', async () => {
    const client = await connectUser('bert');
    const hubspot = await openHubspotCaller(stack.sandbox.url, 'bert');
    await hubspot.create({ email: 'long@example.com', firstname: 'Long', jobtitle: 'x'.repeat(300) });
    const { runId, final } = await sync(client, 'FULL');
    expect(final.status).toBe('PARTIALLY_SUCCEEDED');
    const found = await verificationOf(client, runId);
    expect(found).toMatchObject({ crmTotal: seeded + 1, missing: 1, failed: 1 });
    expect(found.message).toContain('recordErrors');
  });

  test('of a part only, nothing is proven', async () => {
    const client = await connectUser('cora');
    const whole = await sync(client, 'FULL');
    await verificationOf(client, whole.runId);
    const part = await sync(client, 'INCREMENTAL');
    const { rows } = await database.query('SELECT verify_due_at FROM sync_runs WHERE id = $1', [part.runId]);
    expect(rows).toEqual([{ verify_due_at: null }]);
  });
});
