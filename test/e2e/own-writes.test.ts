import { beforeAll, describe, expect, test } from 'vitest';
import { type ApiClient, openApiClient } from '../support/api-client.js';
import { expectedOf, readContacts, shownOf } from '../support/contact-comparison.js';
import { openHubspotCaller } from '../support/hubspot-caller.js';
import { startWorker } from '../support/launch.js';
import { waitFor } from '../support/services.js';
import { startProgram } from '../support/spawn.js';
import { openStack, type Stack } from '../support/stack.js';
import { connectHubspot, sync } from '../support/sync-client.js';
import { runThrough } from '../support/two-way-client.js';

/** What HubSpot tells of what was pushed is not read again; what others change meanwhile is, and at once. */

const pushed = 300;
const platform = 'HUBSPOT';

describe.each(['webhooks', 'journal'] as const)("HubSpot's %s", (how) => {
  let stack: Stack;
  let url: string;

  beforeAll(async () => {
    stack = await openStack({ contacts: pushed + 50 });
    const env = { ...stack.env, ...(how === 'journal' && { HUBSPOT_WEBHOOKS: 'journal' }) };
    const [node] = await Promise.all([startProgram({ env: { ...env, ROLE: 'api' } }), startWorker(env)]);
    url = node.url;
    if (how === 'webhooks') await stack.sandbox.webhooks({ targetUrl: `${url}/webhooks/hubspot` });
  });

  async function untilProven(client: ApiClient): Promise<void> {
    const isProven = async () => {
      const { syncRuns } = await client.query(
        '{ syncRuns(first: 5) { nodes { verification { __typename } } } }',
      );
      return syncRuns.nodes.some(({ verification }: { verification: unknown }) => verification !== null);
    };
    await waitFor(isProven, { timeoutMs: 30_000, what: 'the end of the sample that is read again' });
  }

  async function untilSame(client: ApiClient): Promise<void> {
    const isSame = async () => {
      const [remote, local] = await Promise.all([stack.sandbox.contacts(client.user), readContacts(client)]);
      return JSON.stringify(shownOf(local)) === JSON.stringify(expectedOf(remote));
    };
    await waitFor(isSame, { timeoutMs: 10_000, what: 'the contacts as they are in HubSpot' });
  }

  async function batchReads(client: ApiClient): Promise<number> {
    const calls = await stack.sandbox.calls(0, client.user);
    return calls.filter(({ path }) => path.endsWith('/batch/read')).length;
  }

  test('tell nothing that has to be read, but what others have changed', async () => {
    const client = await openApiClient(url, `own-${how}`);
    await connectHubspot(client, client.user);
    await sync(client, 'FULL');
    await untilProven(client);
    const hubspot = await openHubspotCaller(stack.sandbox.url, client.user);
    const [other] = await stack.sandbox.contacts(client.user);
    // From here on what HubSpot tells arrives: it may be on its way before.
    await hubspot.update(other!.id, { firstname: 'Before' });
    await untilSame(client);
    const before = await batchReads(client);
    expect(before).toBeGreaterThan(0);

    const contacts = (await readContacts(client)).slice(0, pushed);
    for (const { id } of contacts)
      await client.query(
        'mutation ($id: ID!) { updateContact(id: $id, input: { title: "Ours" }) { contact { id } } }',
        { id },
      );
    const { final } = await runThrough(client, { platform, direction: 'TWO_WAY' });
    expect(final).toMatchObject({ status: 'SUCCEEDED', updated: pushed });
    const externalId = contacts[7]!.crmStatus[0]!.externalId;
    await hubspot.update(externalId, { firstname: 'Meanwhile' });
    await untilSame(client);
    // Told after all the others: once it is here, so were they.
    await hubspot.update(other!.id, { firstname: 'After' });
    await untilSame(client);
    await untilQuiet(client);
    const reads = (await batchReads(client)) - before;
    expect([1, 2]).toContain(reads); // of what the others have changed; the 300 would be three more
  });

  async function untilQuiet(client: ApiClient): Promise<void> {
    const isQuiet = async () => {
      const { integration } = await client.query('{ integration(platform: HUBSPOT) { currentRun { id } } }');
      return integration.currentRun === null && (how === 'journal' || (await stack.sandbox.isQuiet()));
    };
    await waitFor(isQuiet, { timeoutMs: 10_000, what: 'no run under way' });
  }
});
