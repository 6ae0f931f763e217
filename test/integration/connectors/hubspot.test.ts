import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Connector,
  createHubspotConnector,
  createLocalPermits,
  type HubspotLimits,
  type Session,
  type Tokens,
} from '../../../src/connectors/index.js';
import { type ContactValues, type Cursor, normalizeValues, type Page } from '../../../src/domain/index.js';
import { openSandboxes, SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { settings } from '../../support/settings.js';

const redirectUri = 'http://localhost:4000/oauth/callback';
const codeVerifier = 'a-verifier-that-is-long-enough-for-the-standard-0';
const signal = new AbortController().signal;
/** Wide enough not to be met, where a test is about something else. */
const wide = { limit: 10_000, windowMs: 1_000 };
const unlimited: HubspotLimits = { app: undefined, account: wide, search: wide };

interface RawContact {
  readonly id: string;
  readonly archived: boolean;
  readonly updatedAt: string;
  readonly properties: Record<string, string | null>;
}

const sandboxes = await openSandboxes({ port: 0, contacts: 3_000, seed: 7 });
closeAfterFile(() => sandboxes.close());
const url = sandboxes.hubspotUrl;

let account = '';
let accounts = 0;

async function control(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const init = body && {
    body: JSON.stringify({ ...body, account }),
    headers: { 'content-type': 'application/json' },
  };
  const separator = path.includes('?') ? '&' : '?';
  const reply = await fetch(`${url}/__control${path}${separator}account=${account}`, { method, ...init });
  if (!reply.ok) throw new Error(await reply.text());
  return (await reply.json()) as Record<string, unknown>;
}

async function contactsOfCrm(): Promise<{ live: RawContact[]; archived: RawContact[] }> {
  const { contacts } = (await control('GET', '/contacts?full=1')) as { contacts: RawContact[] };
  return { live: contacts.filter((it) => !it.archived), archived: contacts.filter((it) => it.archived) };
}

async function callsOf(part: string): Promise<unknown[]> {
  const calls = (await control('GET', '/calls')) as unknown as { path: string }[];
  return calls.filter(({ path }) => path.startsWith('/crm') && path.includes(part));
}

/** Connects the account as a user does, and keeps its tokens as the engine does. */
async function connect(limits: HubspotLimits = unlimited, patienceMs?: number) {
  const connector: Connector = createHubspotConnector({
    ...SANDBOX_CLIENT,
    appUrl: url,
    apiUrl: url,
    limits,
    permits: createLocalPermits(),
    ...(patienceMs !== undefined && { patienceMs }),
  });
  const authorize = await connector.oauth.authorizationUrl({ state: 's', codeVerifier, redirectUri });
  authorize.searchParams.set('account', account);
  authorize.searchParams.set('approve', '1');
  const consent = await fetch(authorize, { redirect: 'manual' });
  const code = new URL(consent.headers.get('location')!).searchParams.get('code')!;
  const grant = await connector.oauth.exchange({ code, codeVerifier, redirectUri });
  let tokens: Tokens = grant.tokens;
  let renewals = 0;
  const session = connector.openSession({
    ...{ userId: account, accountId: grant.account.id, apiUrl: null, interactive: true },
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
  return { connector, grant, session, renewals: () => renewals };
}

async function readAll(connector: Connector, session: Session, from?: Cursor): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of connector.streams(settings)[0]!.read(session, from, signal)) pages.push(page);
  return pages;
}

/** A read per page, each from the former's cursor as stored; failures that may pass are tried again. */
async function readInSteps(connector: Connector, session: Session, from?: Cursor): Promise<Page[]> {
  const pages: Page[] = [];
  let failures = 0;
  while (!pages.at(-1)?.last) {
    const cursor = pages.length > 0 ? JSON.parse(JSON.stringify(pages.at(-1)!.cursor)) : from;
    try {
      for await (const page of connector.streams(settings)[0]!.read(session, cursor, signal)) {
        pages.push(page);
        break;
      }
    } catch (error) {
      if ((error as { retry?: unknown }).retry === 'never' || ++failures > 20) throw error;
    }
  }
  return pages;
}

const recordsOf = (pages: readonly Page[]) => pages.flatMap(({ records }) => records);
const idsOf = (pages: readonly Page[]) => recordsOf(pages).map(({ externalId }) => externalId);

function expectedValues({ properties: p }: RawContact): ContactValues {
  const { firstname, lastname, email, phone, company, jobtitle } = p;
  return normalizeValues({ firstName: firstname, lastName: lastname, email, phone, company, title: jobtitle })
    .values;
}

function expectMirror(pages: readonly Page[], live: readonly RawContact[]): void {
  const held = new Map(recordsOf(pages).map((record) => [record.externalId, record]));
  expect([...held.keys()].sort()).toEqual(live.map(({ id }) => id).sort());
  for (const contact of live) {
    const { values, updatedAt } = held.get(contact.id)!;
    expect({ values, at: updatedAt!.toISOString() }).toEqual({
      values: expectedValues(contact),
      at: contact.updatedAt,
    });
  }
}

beforeEach(async () => {
  account = `account-${++accounts}`;
  await control('PUT', '/limits', { tenSecondly: null, searchPerSecond: null });
});

describe('connecting', () => {
  it('brings the account, its scopes and tokens, which can be renewed and ended', async () => {
    const { connector, grant } = await connect();
    expect(grant.account.id).toMatch(/^\d+$/);
    expect(grant.account.name).not.toBe('');
    expect(grant.scopes).toEqual(
      expect.arrayContaining(['crm.objects.contacts.read', 'crm.objects.contacts.write']),
    );
    expect(grant.tokens.expiresAt!.getTime()).toBeGreaterThan(Date.now());
    const renewed = await connector.oauth.refresh(grant.tokens.refreshToken!);
    expect(renewed.accessToken).not.toBe(grant.tokens.accessToken);
    await connector.oauth.revoke(grant.tokens.refreshToken!);
    await connector.oauth.revoke(grant.tokens.refreshToken!);
    await expect(connector.oauth.refresh(grant.tokens.refreshToken!)).rejects.toMatchObject({
      code: 'NEEDS_REAUTHORIZATION',
    });
  });

  it('is refused with a code that was used before or with another verifier', async () => {
    const { connector } = await connect();
    await expect(connector.oauth.exchange({ code: 'used', codeVerifier, redirectUri })).rejects.toMatchObject(
      {
        code: 'CRM_REJECTED',
      },
    );
  });
});

describe('reading everything', () => {
  it.each([
    // Before the search's index has settled the list alone is read; later one search stands for two pages of it.
    ['at once', 0, { calls: 31, searches: 1 }],
    ['with a CRM that takes its time', 40, { calls: 30, searches: 2 }],
  ])(
    'equals the CRM, each contact once, in no more calls than needed, %s',
    async (_, delayMs, { calls, searches }) => {
      const { connector, session } = await connect();
      if (delayMs > 0) await control('POST', '/faults', { delayMs, times: 1_000, path: '/crm' });
      const pages = await readAll(connector, session);
      const { live } = await contactsOfCrm();
      expect(live.length).toBe(3_000);
      expectMirror(pages, live);
      expect(idsOf(pages).length).toBe(3_000);
      expect(pages.at(-1)!.total).toBe(3_000);
      expect((await callsOf('')).length).toBe(calls);
      expect((await callsOf('/search')).length).toBe(searches);
    },
  );

  it('loses and doubles nothing when every page is a read of its own', async () => {
    const { connector, session } = await connect();
    const pages = await readInSteps(connector, session);
    expect(idsOf(pages).length).toBe(3_000);
    expectMirror(pages, (await contactsOfCrm()).live);
  });

  it('brings what changes during the walk, and later the rest', async () => {
    const { connector, session } = await connect();
    const pages: Page[] = [];
    for await (const page of connector.streams(settings)[0]!.read(session, undefined, signal)) {
      pages.push(page);
      if (pages.length % 5 === 0) await control('POST', '/contacts', { add: 3, change: 20 });
    }
    const rest = await readAll(connector, session, pages.at(-1)!.cursor);
    expectMirror([...pages, ...rest], (await contactsOfCrm()).live);
  });

  it('renews a token that ends in mid-walk, once, and goes on', async () => {
    const { connector, session, renewals } = await connect();
    const pages: Page[] = [];
    for await (const page of connector.streams(settings)[0]!.read(session, undefined, signal)) {
      pages.push(page);
      if (pages.length === 10) await control('POST', '/tokens', { expire: 'access' });
    }
    expect(renewals()).toBe(1);
    expect(idsOf(pages).length).toBe(3_000);
  });

  it('ends with NEEDS_REAUTHORIZATION when the grant is gone', async () => {
    const { connector, session } = await connect();
    await control('POST', '/tokens', { expire: 'refresh' });
    await control('POST', '/tokens', { expire: 'access' });
    await expect(readAll(connector, session)).rejects.toMatchObject({
      code: 'NEEDS_REAUTHORIZATION',
      retry: 'never',
    });
  });

  it('comes through cut-off bodies, outages and a foreign 429, with nothing lost or doubled', async () => {
    const { connector, session } = await connect();
    await control('POST', '/faults', { truncate: true, times: 3, path: '/crm' });
    await control('POST', '/faults', { status: 503, times: 2, path: '/crm' });
    await control('POST', '/faults', { status: 429, times: 1, path: '/crm', retryAfterSeconds: 1 });
    const pages = await readInSteps(connector, session);
    expect(idsOf(pages).length).toBe(3_000);
    expectMirror(pages, (await contactsOfCrm()).live);
  });
});

describe('reading what changed', () => {
  it('brings changes and new contacts, tombstones of the archived, and then nothing new', async () => {
    const { connector, session } = await connect();
    const everything = await readAll(connector, session);
    const done = (await control('POST', '/contacts', { add: 10, change: 350, archive: 120, merge: 5 })) as {
      added: string[];
      changed: string[];
      archived: string[];
      merged: { ids: string[]; survivor: string }[];
    };
    const pages = await readInSteps(connector, session, everything.at(-1)!.cursor);
    const gone = pages.flatMap(({ tombstones }) => tombstones.map(({ externalId }) => externalId));
    expect(gone.sort()).toEqual(done.archived.sort());
    const survivors = done.merged.map(({ survivor }) => survivor);
    expect(idsOf(pages)).toEqual(expect.arrayContaining([...done.added, ...done.changed, ...survivors]));
    const lost = done.merged.flatMap(({ ids }) => ids);
    const asked = [...lost, ...survivors, ...done.archived.slice(0, 50)];
    const present = await connector.streams(settings)[0]!.readById(session, asked, signal);
    expect(present.records.map(({ externalId }) => externalId).sort()).toEqual(survivors.sort());
    expect(present.records.flatMap(({ replaces }) => replaces)).toEqual(expect.arrayContaining(lost));
    expect(present.tombstones.map(({ externalId }) => externalId).sort()).toEqual(
      done.archived.slice(0, 50).sort(),
    );
    expect(present.tombstones.filter(({ at }) => at === null)).toEqual([]);
    const removed = new Set([...gone, ...lost]);
    const kept = recordsOf([...everything, ...pages]).filter(({ externalId }) => !removed.has(externalId));
    const { live } = await contactsOfCrm();
    expectMirror([{ ...pages[0]!, records: kept }], live);
  });

  it('walks 12,000 contacts of one millisecond', async () => {
    const { connector, session } = await connect();
    const cursor = { phase: 'done', since: Date.now() - 1_000 };
    const { sameMillisecond } = (await control('POST', '/contacts', { sameMillisecond: 12_000 })) as {
      sameMillisecond: string[];
    };
    const pages = await readInSteps(connector, session, cursor);
    const ids = idsOf(pages);
    expect(new Set(ids).size).toBe(12_000);
    expect(ids.length).toBe(12_000);
    expect(new Set(ids)).toEqual(new Set(sameMillisecond));
  });
});

describe('HubSpot’s limits', () => {
  it('are never met, and a wait longer than the patience is handed back', async () => {
    await control('PUT', '/limits', { tenSecondly: 20, searchPerSecond: 5 });
    const account20 = { limit: 20, windowMs: 10_000 };
    const limits = { app: undefined, account: account20, search: { limit: 5, windowMs: 1_000 } };
    const { connector, session } = await connect(limits);
    const failure = await readAll(connector, session).catch((error) => error);
    expect(failure).toMatchObject({ code: 'RATE_LIMITED' });
    expect(failure.retry.afterMs).toBeGreaterThan(2_000);
    expect(failure.retry.afterMs).toBeLessThanOrEqual(10_000);
    expect((await callsOf('')).length).toBe(20);
    const budget = await connector.readBudget({ userId: account, accountId: session.accountId });
    expect(budget).toMatchObject({ limit: 20, remaining: 0, windowSeconds: 10, waitingRequests: 0 });
  });

  it('are shared with other software, which the headers tell of', async () => {
    await control('PUT', '/limits', { tenSecondly: 100, searchPerSecond: 5 });
    const mine = await connect({ app: undefined, account: { limit: 100, windowMs: 10_000 }, search: wide });
    const others = await connect();
    const ids = [(await contactsOfCrm()).live[0]!.id];
    await Promise.all(
      Array.from({ length: 60 }, () =>
        others.connector.streams(settings)[0]!.readById(others.session, ids, signal),
      ),
    );
    await mine.connector.streams(settings)[0]!.readById(mine.session, ids, signal);
    expect(
      (await mine.connector.readBudget({ userId: account, accountId: mine.session.accountId })).remaining,
    ).toBe(39);
  });

  it('that were met after all block the account for as long as HubSpot says', async () => {
    await control('PUT', '/limits', { tenSecondly: 3 });
    const { connector, session } = await connect();
    const ids = [(await contactsOfCrm()).live[0]!.id];
    const ask = () => connector.streams(settings)[0]!.readById(session, ids, signal);
    for (let i = 0; i < 3; i++) await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'RATE_LIMITED', retry: { afterMs: 10_000 } });
    await expect(ask()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect((await callsOf('/batch/read')).length).toBe(4);
  });
});
