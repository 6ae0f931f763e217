import { onTestFinished } from 'vitest';
import { openSandboxes, SANDBOX_CLIENT, type SandboxOptions } from '../../../src/sandbox/index.js';
import { postForm, REDIRECT_URI, type Reply, send } from './sandbox-caller.js';

export const CONTACTS_SCOPE = 'https://www.googleapis.com/auth/contacts';
export const CONNECTIONS = '/v1/people/me/connections';

/** A person as the People API shows it; tests look into fields of every shape. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyPerson = Record<string, any>;

/** A Google of the test's own, and ways to call it. */
export interface GoogleCaller {
  readonly url: string;
  /** Calls the People API with a token of the account; a query without `personFields` gets some. */
  people(method: string, path: string, body?: unknown): Promise<Reply>;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  /** The tokens of a fresh grant, with a refresh token. */
  connect(account?: string, scope?: string): Promise<{ access_token: string; refresh_token: string }>;
  /** The same sandbox, called with another token. */
  withToken(token: string): GoogleCaller;
}

/** Opens a sandbox that closes with the test, connected to Google's account `demo`; writes show at once. */
export async function openGoogle(options: Partial<SandboxOptions> = {}): Promise<GoogleCaller> {
  const sandboxes = await openSandboxes({ port: 0, contacts: 30, seed: 1, ...options });
  onTestFinished(() => sandboxes.close());
  const caller = createCaller(sandboxes.googleUrl, '');
  await caller.control('PUT', '/limits', {
    visibleAfterMs: 0,
    readsPerMinute: null,
    writesPerMinute: null,
    fullSyncsPerMinute: null,
  });
  return caller.withToken((await caller.connect()).access_token);
}

function createCaller(url: string, token: string): GoogleCaller {
  const authorized: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  return {
    url,
    people: (method, path, body) => send(url, method, path, body, authorized),
    control: (method, path, body) => send(url, method, `/__control${path}`, body, {}),
    connect: (account = 'demo', scope = CONTACTS_SCOPE) => connect(url, account, scope),
    withToken: (other) => createCaller(url, other),
  };
}

/** Asks for consent the quick way and returns where the browser is sent. */
export async function approveGoogle(url: string, query: Record<string, string> = {}): Promise<URL> {
  const parameters = new URLSearchParams({
    client_id: SANDBOX_CLIENT.clientId,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: CONTACTS_SCOPE,
    access_type: 'offline',
    approve: '1',
    ...query,
  });
  const reply = await fetch(`${url}/o/oauth2/v2/auth?${parameters}`, { redirect: 'manual' });
  await reply.arrayBuffer();
  return new URL(reply.headers.get('location') ?? 'about:blank');
}

/** Consents and exchanges the code; `query` goes into the consent, `extra` into the exchange. */
export async function exchangeGoogle(
  url: string,
  query: Record<string, string> = {},
  extra: Record<string, string> = {},
): Promise<Reply> {
  const code = (await approveGoogle(url, query)).searchParams.get('code') ?? '';
  const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
  return postForm(url, '/token', { ...fields, ...extra });
}

async function connect(url: string, account: string, scope: string) {
  return (await exchangeGoogle(url, { account, scope, prompt: 'consent' })).body;
}

/** Everything that a list gives, over all of its pages, and the token for the next sync. */
export async function readAll(
  caller: GoogleCaller,
  query: Record<string, string> = {},
): Promise<{ people: AnyPerson[]; pages: number; syncToken: string }> {
  const people: AnyPerson[] = [];
  let pageToken = '';
  for (let pages = 1; ; pages++) {
    const parameters = new URLSearchParams({
      personFields: 'names,emailAddresses,phoneNumbers,metadata',
      requestSyncToken: 'true',
      ...query,
      ...(pageToken && { pageToken }),
    });
    const { status, body } = await caller.people('GET', `${CONNECTIONS}?${parameters}`);
    if (status !== 200) throw new Error(`the list was refused: ${JSON.stringify(body)}`);
    people.push(...(body.connections ?? []));
    if (!body.nextPageToken) return { people, pages, syncToken: body.nextSyncToken };
    pageToken = body.nextPageToken;
  }
}

/** Creates a contact and returns all of it. */
export async function createPerson(caller: GoogleCaller, person: object): Promise<AnyPerson> {
  return (await caller.people('POST', '/v1/people:createContact', person)).body;
}

/** Updates the fields of the mask. */
export const updatePerson = (caller: GoogleCaller, name: string, mask: string, person: object) =>
  caller.people('PATCH', `/v1/${name}:updateContact?updatePersonFields=${mask}`, person);
