import { onTestFinished } from 'vitest';
import { openSandboxes, SANDBOX_CLIENT, type SandboxOptions } from '../../../src/sandbox/index.js';
import type { Reply } from './sandbox-caller.js';

export const REDIRECT_URI = 'http://localhost:9999/oauth/callback';
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

async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Reply> {
  const init: RequestInit = { method, headers };
  if (body !== undefined) {
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
    init.headers = { ...headers, 'content-type': 'application/json' };
  }
  const reply = await fetch(url + path, init);
  const text = await reply.text();
  const isJson = reply.headers.get('content-type')?.includes('json') ?? false;
  return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text };
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

/** Posts a form to an OAuth endpoint with the app's credentials. */
export async function postForm(url: string, path: string, fields: Record<string, string>): Promise<Reply> {
  const form = new URLSearchParams({
    client_id: SANDBOX_CLIENT.clientId,
    client_secret: SANDBOX_CLIENT.clientSecret,
    ...fields,
  });
  const reply = await fetch(url + path, { method: 'POST', body: form });
  return { status: reply.status, headers: reply.headers, body: await reply.json() };
}

async function connect(url: string, account: string, scope: string) {
  const code =
    (await approveGoogle(url, { account, scope, prompt: 'consent' })).searchParams.get('code') ?? '';
  const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
  return (await postForm(url, '/token', fields)).body;
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
