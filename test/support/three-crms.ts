import pg from 'pg';
import { type ApiClient, openApiClient } from './api-client.js';
import { closeAfterFile } from './close-after-file.js';
import { type ApiContact, readContacts } from './contact-comparison.js';
import { openGoogle } from './platforms/google.js';
import { openHubspot } from './platforms/hubspot.js';
import type { CrmRecord, PlatformUnderTest } from './platforms/platform-under-test.js';
import { openSalesforce } from './platforms/salesforce.js';
import { waitFor } from './services.js';
import type { Stack } from './stack.js';
import { connectPlatform, type Ended, type PlatformName, sync } from './sync-client.js';

export const allPlatforms = ['HUBSPOT', 'SALESFORCE', 'GOOGLE'] as const satisfies readonly PlatformName[];

/** A link as the database has it: the API shows one mark per platform, whatever records there are. */
export interface Link {
  readonly platform: PlatformName;
  readonly externalId: string;
  readonly contactId: string;
  /** The CRM has the record, and the contact is not deleted. */
  readonly isLiving: boolean;
}

/** An entry of a contact's history. */
interface HistoryEntry {
  readonly id: string;
  readonly contactId: string;
  readonly kind: string;
}

/** The three sandboxes of a stack, and what the program holds of them, read past the program's back. */
export interface ThreeCrms {
  readonly on: Readonly<Record<PlatformName, PlatformUnderTest>>;
  readonly database: pg.Pool;
  /** A user who has connected these platforms, each in the account of the user's name. */
  connect(url: string, name: string, platforms?: readonly PlatformName[]): Promise<ApiClient>;
  /** Syncs these platforms at once, each to its end. */
  syncAll(
    client: ApiClient,
    mode: 'FULL' | 'INCREMENTAL',
    platforms?: readonly PlatformName[],
  ): Promise<Ended[]>;
  links(client: ApiClient): Promise<Link[]>;
  history(client: ApiClient): Promise<HistoryEntry[]>;
  /** What there is in the CRM and not here, and the other way round, by id; and whose values are not the same. */
  differences(client: ApiClient, platform: PlatformName): Promise<Differences>;
  /** Waits until there is no difference; `before` is done before each look. */
  untilSame(client: ApiClient, platform: PlatformName, before?: () => Promise<unknown>): Promise<void>;
  /**
   * Waits until somebody listens to the user's Salesforce org, has had read again what was changed before, and no run is
   * under way: from then on each change is told.
   */
  untilHeard(client: ApiClient): Promise<void>;
}

interface Differences {
  readonly missing: readonly string[];
  readonly tooMany: readonly string[];
  readonly unequal: readonly string[];
}

export async function openThreeCrms(stack: Stack): Promise<ThreeCrms> {
  const [hubspot, salesforce, google] = await Promise.all([
    openHubspot(stack.sandbox.url),
    openSalesforce(stack.salesforce.url),
    openGoogle(stack.google.url),
  ]);
  const on = { HUBSPOT: hubspot, SALESFORCE: salesforce, GOOGLE: google };
  const database = new pg.Pool({ connectionString: stack.database.url, max: 3 });
  closeAfterFile(() => database.end());
  const ask = async <T>(client: ApiClient, text: string): Promise<T[]> => {
    const { rows } = await database.query(text, [client.user]);
    return rows as T[];
  };
  const links = (client: ApiClient) => ask<Link>(client, linksQuery);
  const differences: ThreeCrms['differences'] = async (client, platform) => {
    const [remote, shown, held] = await Promise.all([
      on[platform].live(client.user),
      readContacts(client),
      links(client),
    ]);
    return compare(platform, remote, shown, held);
  };
  return {
    on,
    database,
    links,
    differences,
    history: (client) => ask<HistoryEntry>(client, historyQuery),
    async connect(url, name, platforms = allPlatforms) {
      const client = await openApiClient(url, name);
      for (const platform of platforms) await connectPlatform(client, platform, name);
      return client;
    },
    syncAll: (client, mode, platforms = allPlatforms) =>
      Promise.all(platforms.map((platform) => sync(client, mode, platform))),
    async untilHeard(client) {
      const isHeard = async () => (await ask<{ isHeard: boolean }>(client, heardQuery))[0]?.isHeard;
      await waitFor(isHeard, { timeoutMs: 40_000, what: 'somebody who listens to Salesforce' });
    },
    async untilSame(client, platform, before = async () => {}) {
      let last: Differences | undefined;
      const isSame = async () => {
        await before();
        last = await differences(client, platform);
        return Object.values(last).every((it) => it.length === 0);
      };
      await waitFor(isSame, { timeoutMs: 40_000, what: `the contacts as they are in ${platform}` }).catch(
        (error: Error) => {
          throw new Error(`${error.message}; ${JSON.stringify(last)}`, { cause: error.cause });
        },
      );
    },
  };
}

const ofUser = 'user_id = (SELECT id FROM users WHERE subject = $1)';

const linksQuery = `SELECT m.platform, m.external_id AS "externalId", m.contact_id AS "contactId",
    m.state <> 'DELETED_REMOTELY' AND c.deleted_at IS NULL AS "isLiving"
  FROM crm_contact_mappings m JOIN contacts c ON c.user_id = m.user_id AND c.id = m.contact_id WHERE m.${ofUser}`;

const historyQuery = `SELECT id, contact_id AS "contactId", kind FROM contact_changes WHERE ${ofUser} ORDER BY id`;

const heardQuery = `SELECT i.listener_owner IS NOT NULL AND i.reread_due_at IS NULL AND count(r.id) > 0
    AND bool_and(r.finished_at IS NOT NULL) AS "isHeard"
  FROM crm_integrations i LEFT JOIN sync_runs r
    ON r.user_id = i.user_id AND r.platform = i.platform AND (r.trigger = 'CHANGE' OR r.finished_at IS NULL)
  WHERE i.platform = 'SALESFORCE' AND i.${ofUser} GROUP BY i.listener_owner, i.reread_due_at`;

const fields = ['firstName', 'lastName', 'email', 'phone', 'company', 'title'] as const;

/** Values are compared where a contact has had this one record: then each of them must be the record's. */
function compare(
  platform: PlatformName,
  remote: readonly CrmRecord[],
  shown: readonly ApiContact[],
  held: readonly Link[],
): Differences {
  const linked = new Map<string, number>();
  for (const { contactId } of held) linked.set(contactId, (linked.get(contactId) ?? 0) + 1);
  const own = held.filter((it) => it.platform === platform && it.isLiving);
  const alone = new Set(own.filter((it) => linked.get(it.contactId) === 1).map((it) => it.externalId));
  const contacts = new Map(
    shown.flatMap((it) => it.crmStatus.map((status) => [status.externalId, it] as const)),
  );
  const isUnequal = ({ externalId, values }: CrmRecord) =>
    alone.has(externalId) && fields.some((it) => contacts.get(externalId)?.[it] !== values[it]);
  const [here, there] = [own, remote].map((all) => new Set(all.map((it) => it.externalId)));
  return {
    missing: [...there!].filter((it) => !here!.has(it)),
    tooMany: [...here!].filter((it) => !there!.has(it)),
    unequal: remote.filter(isUnequal).map((it) => it.externalId),
  };
}
