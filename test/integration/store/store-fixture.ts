import pg from 'pg';
import { emptyValues, type Page, type SourceRecord } from '../../../src/domain/index.js';
import { type ClaimedRun, openStore, type Store } from '../../../src/store/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { createTestDatabase } from '../../support/services.js';

export interface StoreFixture {
  readonly url: string;
  readonly store: Store;
  /** A connection past the store, as the owner of the tables; closed with the file. */
  openClient(): Promise<pg.Client>;
  /** A new user, connected to HubSpot, who is not asked before deletions. */
  connectUser(): Promise<string>;
  /** A run of that user, taken up. */
  claimRun(userId: string, mode?: 'FULL' | 'INCREMENTAL'): Promise<ClaimedRun>;
}

/** A page whose deletions are carried out at once. */
export const at = { checkpoint: {}, whole: true, phase: 'PULLING' as const, deletes: true };

export async function openStoreFixture(): Promise<StoreFixture> {
  const { url } = await createTestDatabase();
  const store = openStore({ url, poolSize: 5, keys: [{ id: 'k1', key: Buffer.alloc(32, 1) }] });
  closeAfterFile(() => store.close());
  let users = 0;
  return {
    url,
    store,
    async openClient() {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      closeAfterFile(() => client.end());
      return client;
    },
    async connectUser() {
      users += 1;
      const userId = await store.users.findOrCreate(`user-${users}`);
      const tokens = { accessToken: `access-${users}`, refreshToken: `refresh-${users}`, expiresAt: null };
      await store.credentials.connect(userId, 'HUBSPOT', {
        tokens,
        scopes: ['oauth'],
        account: { id: String(users), name: `account ${users}` },
      });
      await store.integrations.changeSettings(userId, 'HUBSPOT', { massDeleteLimit: 1 });
      return userId;
    },
    async claimRun(userId, mode = 'FULL') {
      const { integrationId } = await store.runs.start(userId, {
        platform: 'HUBSPOT',
        direction: 'PULL',
        mode,
        trigger: 'USER',
      });
      const claim = await store.work.claim(userId, integrationId);
      if (!claim) throw new Error('the run could not be claimed');
      return claim;
    },
  };
}

export function recordOf(externalId: string, values: Partial<SourceRecord['values']> = {}): SourceRecord {
  return {
    externalId,
    recordType: 'contact',
    url: `https://crm.example/${externalId}`,
    updatedAt: new Date('2026-01-01T00:00:00Z'),
    values: {
      ...emptyValues,
      firstName: `First ${externalId}`,
      email: `${externalId}@example.com`,
      ...values,
    },
    replaces: [],
  };
}

export function pageOf(page: Partial<Page>): Page {
  return { records: [], tombstones: [], faults: [], cursor: {}, last: false, ...page };
}
