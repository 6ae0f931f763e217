import {
  type Connector,
  createLocalPermits,
  createSalesforceConnector,
  type Session,
  type Stream,
  type Tokens,
} from '../../../src/connectors/index.js';
import type { Cursor, IntegrationSettings, Page } from '../../../src/domain/index.js';
import { SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { createFakeAllowances } from '../../support/fake-allowances.js';
import { settings as allSettings } from '../../support/settings.js';

export interface OrgRecord {
  readonly attributes: { readonly type: 'Contact' | 'Lead' };
  readonly Id: string;
  readonly IsDeleted: boolean;
  readonly MasterRecordId: string | null;
  readonly IsConverted?: boolean;
  readonly Email: string | null;
  readonly LastName: string;
  readonly AccountId?: string | null;
}

const redirectUri = 'http://localhost:4000/oauth/callback';
const codeVerifier = 'a-verifier-that-is-long-enough-for-the-standard-0';
const signal = new AbortController().signal;

/** What a test does in an org of the sandbox, over its control API. */
export function controlOrg(url: string, account: string) {
  const control = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const init = body && {
      body: JSON.stringify({ ...body, account }),
      headers: { 'content-type': 'application/json' },
    };
    const separator = path.includes('?') ? '&' : '?';
    const reply = await fetch(`${url}/__control${path}${separator}account=${account}`, { method, ...init });
    if (!reply.ok) throw new Error(await reply.text());
    return (await reply.json()) as Record<string, unknown>;
  };
  return {
    control,
    touch: (changes: Record<string, number | string>) =>
      control('POST', '/contacts', changes) as Promise<
        Record<string, string[]> & { merged: { ids: string[]; survivor: string }[] }
      >,
    async records(): Promise<OrgRecord[]> {
      return ((await control('GET', '/contacts?full=1')) as { contacts: OrgRecord[] }).contacts;
    },
    /** The living records' ids, as the documents count them. */
    async live(type: 'Contact' | 'Lead'): Promise<string[]> {
      const all = await this.records();
      const living = all.filter((it) => it.attributes.type === type && !it.IsDeleted && !it.IsConverted);
      return living.map(({ Id }) => Id).sort();
    },
    async calls(part = '/services/data'): Promise<{ path: string; status: number }[]> {
      const calls = (await control('GET', '/calls')) as unknown as { path: string; status: number }[];
      return calls.filter(({ path }) => path.includes(part));
    },
  };
}

export function createOrgConnector(url: string, allowances = createFakeAllowances()): Connector {
  return createSalesforceConnector({
    ...SANDBOX_CLIENT,
    loginUrl: url,
    instanceHosts: ['localhost', '127.0.0.1'],
    requestsPerDay: 15_000,
    reserve: 0.1,
    permits: createLocalPermits(),
    allowances,
  });
}

/** A code, as the browser of a user who agrees brings it. */
export async function consent(connector: Connector, account: string) {
  const authorize = await connector.oauth.authorizationUrl({ state: 's', codeVerifier, redirectUri });
  authorize.searchParams.set('account', account);
  authorize.searchParams.set('approve', '1');
  const reply = await fetch(authorize, { redirect: 'manual' });
  const code = new URL(reply.headers.get('location')!).searchParams.get('code')!;
  return { code, codeVerifier, redirectUri };
}

/** Connects the account as a user does, and keeps its tokens as the engine does. */
export async function connectOrg(url: string, account: string, settings: Partial<IntegrationSettings> = {}) {
  const allowances = createFakeAllowances();
  const connector = createOrgConnector(url, allowances);
  const grant = await connector.oauth.exchange(await consent(connector, account));
  let tokens: Tokens = grant.tokens;
  let renewals = 0;
  const session = connector.openSession({
    ...{ userId: account, accountId: grant.account.id, apiUrl: tokens.apiUrl ?? null, interactive: true },
    tokens: {
      current: async () => tokens.accessToken,
      renew: async () => {
        renewals++;
        const next = await connector.oauth.refresh(tokens.refreshToken!);
        tokens = { ...next, refreshToken: next.refreshToken ?? tokens.refreshToken };
        return tokens.accessToken;
      },
    },
  });
  const streams = connector.streams({ ...allSettings, ...settings });
  return { connector, grant, session, allowances, streams, renewals: () => renewals };
}

export async function readAll(stream: Stream, session: Session, from?: Cursor): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of stream.read(session, from, signal)) pages.push(page);
  return pages;
}

/** What we would hold after the pages, each one's cursor going through JSON. */
export function applyPages(held: Map<string, string>, pages: readonly Page[]): void {
  for (const { records, tombstones } of pages) {
    for (const { externalId, replaces, values } of records) {
      held.set(externalId, values.email ?? values.lastName ?? '');
      for (const id of replaces) held.delete(id);
    }
    for (const { externalId } of tombstones) held.delete(externalId);
  }
}
