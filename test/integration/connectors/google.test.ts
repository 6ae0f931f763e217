import { beforeEach, describe, expect, it } from 'vitest';
import {
  type Connector,
  createGoogleConnector,
  createLocalPermits,
  type Session,
  type Tokens,
} from '../../../src/connectors/index.js';
import { type Cursor, type Page, platformNames } from '../../../src/domain/index.js';
import { openSandboxes, SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { settings } from '../../support/settings.js';
import { type RawPerson, valuesOfPerson } from './google-person.js';

const redirectUri = 'http://localhost:4000/oauth/callback';
const codeVerifier = 'a-verifier-that-is-long-enough-for-the-standard-0';
const signal = new AbortController().signal;
const contactsScope = 'https://www.googleapis.com/auth/contacts';
const emailScope = 'https://www.googleapis.com/auth/userinfo.email';

const sandboxes = await openSandboxes({ port: 0, contacts: 2_500, seed: 7 });
closeAfterFile(() => sandboxes.close());
const url = sandboxes.googleUrl;

let account = '';
let accounts = 0;

async function control<T = Record<string, unknown>>(method: string, path: string, body?: object): Promise<T> {
  const init = body && {
    body: JSON.stringify({ ...body, account }),
    headers: { 'content-type': 'application/json' },
  };
  const separator = path.includes('?') ? '&' : '?';
  const reply = await fetch(`${url}/__control${path}${separator}account=${account}`, { method, ...init });
  if (!reply.ok) throw new Error(await reply.text());
  return (await reply.json()) as T;
}

async function livePersons(): Promise<RawPerson[]> {
  const { contacts } = await control<{ contacts: RawPerson[] }>('GET', '/contacts?full=1');
  return contacts.filter(({ metadata }) => !metadata.deleted);
}

async function callsOf(part: string): Promise<number> {
  const calls = await control<{ path: string }[]>('GET', '/calls');
  return calls.filter(({ path }) => path.startsWith('/v1') && path.includes(part)).length;
}

function createConnector(options: { readsPerMinute?: number; patienceMs?: number } = {}): Connector {
  return createGoogleConnector({
    ...SANDBOX_CLIENT,
    ...{ loginUrl: url, oauthUrl: url, apiUrl: url, permits: createLocalPermits(), readsPerMinute: 10_000 },
    ...options,
  });
}

/** As a user in a browser, who may leave permissions out. */
async function consent({ oauth }: Connector, change: Record<string, string> = {}) {
  const authorize = await oauth.authorizationUrl({ state: 's', codeVerifier, redirectUri });
  for (const [name, value] of Object.entries({ account, approve: '1', ...change }))
    authorize.searchParams.set(name, value);
  const reply = await fetch(authorize, { redirect: 'manual' });
  const code = new URL(reply.headers.get('location')!).searchParams.get('code')!;
  return { code, codeVerifier, redirectUri };
}

/** Connects the account as a user does, and keeps its tokens as the engine does. */
async function connect(options: Parameters<typeof createConnector>[0] = {}) {
  const connector = createConnector(options);
  const grant = await connector.oauth.exchange(await consent(connector));
  let tokens: Tokens = grant.tokens;
  let renewals = 0;
  const owner = { userId: account, accountId: grant.account.id, apiUrl: null, interactive: true };
  const session = connector.openSession({
    ...owner,
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
  const stream = connector.streams(settings)[0]!;
  return { connector, grant, session, stream, owner, renewals: () => renewals };
}

type Connected = Awaited<ReturnType<typeof connect>>;

async function readAll(
  { stream, session }: Pick<Connected, 'stream' | 'session'>,
  from?: Cursor,
): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const page of stream.read(session, from, signal)) pages.push(page);
  return pages;
}

/** A read per page, each from the former's cursor as stored; failures that may pass are tried again. */
async function readInSteps({ stream, session }: Connected, from?: Cursor): Promise<Page[]> {
  const pages: Page[] = [];
  let failures = 0;
  while (!pages.at(-1)?.last) {
    const cursor = pages.length > 0 ? JSON.parse(JSON.stringify(pages.at(-1)!.cursor)) : from;
    try {
      for await (const page of stream.read(session, cursor, signal)) {
        pages.push(page);
        break;
      }
    } catch (error) {
      if ((error as { retry?: unknown }).retry !== 'backoff' || ++failures > 20) throw error;
    }
  }
  return pages;
}

const recordsOf = (pages: readonly Page[]) => pages.flatMap(({ records }) => records);
const idsOf = (pages: readonly Page[]) => recordsOf(pages).map(({ externalId }) => externalId);
const end = (pages: readonly Page[]) => pages.at(-1)!.cursor;

/** What pages leave behind, applied one after the other, is what Google has. */
async function expectMirror(pages: readonly Page[]): Promise<void> {
  const held = new Map<string, { values: object; at: number | undefined }>();
  for (const { records, tombstones, faults } of pages) {
    expect(faults).toEqual([]);
    for (const { externalId, values, updatedAt, replaces } of records) {
      for (const name of replaces) held.delete(name);
      held.set(externalId, { values, at: updatedAt?.getTime() });
    }
    for (const { externalId } of tombstones) held.delete(externalId);
  }
  const there = (await livePersons()).map((person): [string, object] => [
    person.resourceName,
    { values: valuesOfPerson(person), at: Date.parse(person.metadata.sources[0]!.updateTime) },
  ]);
  const byName = ([a]: [string, object], [b]: [string, object]) => (a < b ? -1 : 1);
  expect([...held].sort(byName)).toEqual(there.sort(byName));
}

beforeEach(async () => {
  account = `account-${++accounts}`;
  const off = { readsPerMinute: null, writesPerMinute: null, fullSyncsPerMinute: null };
  await control('PUT', '/limits', { ...off, visibleAfterMs: 0 });
});

describe('connecting', () => {
  it('brings the account, its scopes and tokens, which can be renewed and ended', async () => {
    const { connector, grant } = await connect();
    expect(grant.account.id).toMatch(/^\d+$/);
    expect(grant.account.name).toContain('@');
    expect(grant.scopes).toEqual(expect.arrayContaining([contactsScope, emailScope]));
    expect(grant.tokens.expiresAt!.getTime()).toBeGreaterThan(Date.now());
    const again = await connector.oauth.exchange(await consent(connector));
    expect(again.account).toEqual(grant.account);
    expect(again.tokens.refreshToken).not.toBeNull();
    const renewed = await connector.oauth.refresh(grant.tokens.refreshToken!);
    expect(renewed).toMatchObject({ refreshToken: null });
    expect(renewed.accessToken).not.toBe(grant.tokens.accessToken);
    await connector.oauth.revoke(grant.tokens.refreshToken!);
    await connector.oauth.revoke(grant.tokens.refreshToken!);
    await expect(connector.oauth.refresh(grant.tokens.refreshToken!)).rejects.toMatchObject({
      code: 'NEEDS_REAUTHORIZATION',
    });
  });

  it.each([
    ['the contacts', { scope: emailScope }, 'tick the access to contacts'],
    ['lasting access', { access_type: 'online' }, 'for an hour only'],
  ])('is refused in words where the user does not give %s', async (_, change, words) => {
    const connector = createConnector();
    const failure = await connector.oauth.exchange(await consent(connector, change)).catch((error) => error);
    expect(failure).toMatchObject({ code: 'CRM_REJECTED', retry: 'never' });
    expect(failure.message).toContain(words);
  });

  it('is refused with another verifier, or where the API is switched off', async () => {
    const connector = createConnector();
    const answer = await consent(connector);
    const wrong = { ...answer, codeVerifier: `${codeVerifier}x` };
    await expect(connector.oauth.exchange(wrong)).rejects.toMatchObject({ code: 'CRM_REJECTED' });
    await control('PUT', '/google/api', { enabled: false });
    const failure = await connector.oauth.exchange(await consent(connector)).catch((error) => error);
    expect(failure).toMatchObject({ code: 'CRM_REJECTED' });
    expect(failure.message).toContain(`${platformNames.GOOGLE}'s People API is switched off`);
  });
});

describe('reading everything', () => {
  it.each([
    ['at one go', readAll],
    ['with every page a read of its own', readInSteps],
  ])('equals Google, each contact once, in a call for each thousand, %s', async (_, read) => {
    const it = await connect();
    const pages = await read(it);
    expect(idsOf(pages).length).toBe(2_500);
    await expectMirror(pages);
    expect(pages.map(({ total }) => total)).toEqual([2_500, 2_500, 2_500]);
    expect(await callsOf('/connections')).toBe(3);
    expect(await it.stream.count(it.session, signal)).toBe(2_500);
  });

  it('and then what changed meanwhile equals Google', async () => {
    const it = await connect();
    const pages: Page[] = [];
    for await (const page of it.stream.read(it.session, undefined, signal)) {
      pages.push(page);
      await control('POST', '/contacts', { add: 3, change: 20, archive: 5, merge: 2 });
    }
    await expectMirror([...pages, ...(await readAll(it, end(pages)))]);
  });

  it('renews a token that ends in mid-walk, once, and goes on', async () => {
    const it = await connect();
    const pages: Page[] = [];
    for await (const page of it.stream.read(it.session, undefined, signal)) {
      pages.push(page);
      if (pages.length === 1) await control('POST', '/tokens', { expire: 'access' });
    }
    expect(it.renewals()).toBe(1);
    await expectMirror(pages);
  });

  it('ends with NEEDS_REAUTHORIZATION when the grant is gone', async () => {
    const it = await connect();
    await control('POST', '/tokens', { expire: 'refresh' });
    await control('POST', '/tokens', { expire: 'access' });
    await expect(readAll(it)).rejects.toMatchObject({ code: 'NEEDS_REAUTHORIZATION', retry: 'never' });
  });

  it('comes through cut-off bodies and outages, with nothing lost or doubled', async () => {
    const it = await connect();
    await control('POST', '/faults', { truncate: true, times: 3, path: '/v1' });
    await control('POST', '/faults', { status: 503, times: 2, path: '/v1' });
    const pages = await readInSteps(it);
    expect(idsOf(pages).length).toBe(2_500);
    await expectMirror(pages);
  });

  it('is begun again where Google has forgotten its place', async () => {
    const it = await connect();
    const iterator = it.stream.read(it.session, undefined, signal)[Symbol.asyncIterator]();
    const { value: first } = await iterator.next();
    await control('DELETE', '/google/page-tokens');
    await expect(readAll(it, first.cursor)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', retry: 'never' });
    await expectMirror(await readAll(it));
  });
});

interface Touched {
  readonly added: string[];
  readonly changed: string[];
  readonly archived: string[];
  readonly merged: { readonly ids: string[]; readonly survivor: string }[];
}

describe('reading what changed', () => {
  it('brings changes, deletions and merges, each once, and then nothing in one call', async () => {
    const it = await connect();
    const everything = await readAll(it);
    const touched = await control<Touched>('POST', '/contacts', {
      add: 10,
      change: 1_100,
      archive: 120,
      merge: 40,
    });
    const pages = await readInSteps(it, end(everything));
    const survivors = touched.merged.map(({ survivor }) => survivor);
    expect(idsOf(pages).sort()).toEqual([...touched.added, ...touched.changed, ...survivors].sort());
    const losers = touched.merged.map(({ ids, survivor }) => ids.filter((id) => id !== survivor));
    const gone = pages.flatMap(({ tombstones }) => tombstones.map(({ externalId }) => externalId));
    const survivorsTold = recordsOf(pages).filter(({ externalId }) => survivors.includes(externalId));
    expect(survivorsTold.flatMap(({ replaces }) => replaces).sort()).toEqual(losers.flat().sort());
    const toldTwice = gone.filter((id) => losers.flat().includes(id));
    expect(gone.filter((id) => !toldTwice.includes(id)).sort()).toEqual(touched.archived.sort());
    await expectMirror([...everything, ...pages]);
    const calls = await callsOf('/connections');
    expect(await readAll(it, end(pages))).toMatchObject([
      { records: [], tombstones: [], faults: [], last: true },
    ]);
    expect(await callsOf('/connections')).toBe(calls + 1);
  });

  it('brings later what Google shows late', async () => {
    const it = await connect();
    const everything = await readAll(it);
    await control('PUT', '/limits', { visibleAfterMs: 3_600_000 });
    await control('POST', '/contacts', { add: 5, change: 5, archive: 5, merge: 5 });
    const unseen = await readAll(it, end(everything));
    expect(unseen).toMatchObject([{ records: [], tombstones: [] }]);
    const whole = await readAll(it);
    expect(idsOf(whole).sort()).toEqual(idsOf(everything).sort());
    await control('PUT', '/limits', { visibleAfterMs: 0 });
    await expectMirror([...everything, ...unseen, ...(await readAll(it, end(unseen)))]);
    await expectMirror([...whole, ...(await readAll(it, end(whole)))]);
  });

  it('is CURSOR_EXPIRED when Google no longer takes the bookmark', async () => {
    const it = await connect();
    const everything = await readAll(it);
    await control('POST', '/google/sync-tokens', { ageDays: 8 });
    await expect(readAll(it, end(everything))).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
      retry: 'never',
    });
    const foreign = { ...end(everything), syncToken: 'no-token-of-google' };
    await expect(readAll(it, foreign)).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' });
  });
});

describe('reading by id', () => {
  it('tells who is there, who was merged into whom, and who is gone', async () => {
    const it = await connect();
    const { archived, merged } = await control<Touched>('POST', '/contacts', { archive: 40, merge: 20 });
    const kept = (await livePersons()).slice(0, 50).map(({ resourceName }) => resourceName);
    const parts = merged.flatMap(({ ids }) => ids);
    const asked = [...new Set([...kept, ...archived, ...parts])];
    expect(asked.length).toBeLessThanOrEqual(it.stream.readByIdMax);
    const found = await it.stream.readById(it.session, asked, signal);
    expect(found.faults).toEqual([]);
    expect(found.tombstones.map(({ externalId }) => externalId).sort()).toEqual([...archived].sort());
    const byId = new Map(found.records.map((record) => [record.externalId, record]));
    for (const { ids, survivor } of merged) {
      const replaces = ids.filter((id) => id !== survivor);
      expect([...(byId.get(survivor)?.replaces ?? [])].sort()).toEqual(replaces.sort());
    }
    for (const name of kept) expect(byId.has(name)).toBe(true);
    expect(await callsOf(':batchGet')).toBe(1);
  });
});

describe('Google’s limits', () => {
  it('are never met, and a wait longer than the patience is handed back', async () => {
    await control('PUT', '/limits', { readsPerMinute: 5 });
    const it = await connect({ readsPerMinute: 4 }); // naming the account is a read that our limit does not count
    await readAll(it);
    await it.stream.count(it.session, signal);
    const failure = await it.stream.count(it.session, signal).catch((error) => error);
    expect(failure).toMatchObject({ code: 'RATE_LIMITED' });
    expect(failure.retry.afterMs).toBeGreaterThan(2_000);
    expect(failure.retry.afterMs).toBeLessThanOrEqual(60_000);
    expect(await callsOf('')).toBe(5);
    const budget = await it.connector.readBudget(it.owner);
    expect(budget).toMatchObject({ limit: 4, remaining: 0, windowSeconds: 60, waitingRequests: 0 });
  });

  it.each([
    ['by the minute', { readsPerMinute: 2 }, 1],
    ['for first pages of full readings', { fullSyncsPerMinute: 1 }, 3],
  ])('that were met after all, %s, hold the account back within the minute', async (_, limits, made) => {
    const it = await connect();
    await control('PUT', '/limits', limits);
    const ask = async () => readAll(it).then(() => readAll(it));
    const failure = await ask().catch((error) => error);
    expect(failure).toMatchObject({ code: 'RATE_LIMITED' });
    expect(failure.retry.afterMs).toBeGreaterThanOrEqual(30_000);
    expect(failure.retry.afterMs).toBeLessThanOrEqual(60_000);
    const calls = await callsOf('/connections');
    expect(calls).toBe(made + 1);
    await expect(it.stream.count(it.session, signal)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    expect(await callsOf('/connections')).toBe(calls);
  });
});

describe('a connection that may not', () => {
  it('see contacts is to be made anew, in words', async () => {
    const { connector, owner, stream } = await connect();
    const { code } = await consent(connector, { scope: emailScope });
    const form = {
      grant_type: 'authorization_code',
      code,
      code_verifier: codeVerifier,
      redirect_uri: redirectUri,
    };
    const client = { client_id: SANDBOX_CLIENT.clientId, client_secret: SANDBOX_CLIENT.clientSecret };
    const reply = await fetch(`${url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ ...form, ...client }),
    });
    const { access_token: token } = (await reply.json()) as { access_token: string };
    const tokens = { current: async () => token, renew: async () => token };
    const session: Session = connector.openSession({ ...owner, tokens });
    const failure = await readAll({ stream, session }).catch((error) => error);
    expect(failure).toMatchObject({ code: 'NEEDS_REAUTHORIZATION', retry: 'never' });
    expect(failure.message).toContain('Connect Google again');
  });

  it('use the API is the operator’s to mend', async () => {
    const it = await connect();
    await control('PUT', '/google/api', { enabled: false });
    const failure = await readAll(it).catch((error) => error);
    expect(failure).toMatchObject({ code: 'CRM_REJECTED', retry: 'never' });
    expect(failure.message).toContain('operator');
  });
});
