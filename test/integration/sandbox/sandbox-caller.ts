import { onTestFinished } from 'vitest';
import { openSandboxes, SANDBOX_CLIENT, type SandboxOptions } from '../../../src/sandbox/index.js';

export const REDIRECT_URI = 'http://localhost:9999/oauth/callback';
export const SCOPES = 'crm.objects.contacts.read crm.objects.contacts.write';

/** A reply, read to its end. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into replies of every shape
  readonly body: any;
}

/** A sandbox of the test's own, and ways to call it. */
export interface Caller {
  readonly url: string;
  /** Calls the CRM with a token of the account. */
  crm(method: string, path: string, body?: unknown): Promise<Reply>;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  /** The tokens of a fresh grant. */
  connect(account?: string, scopes?: string): Promise<{ access_token: string; refresh_token: string }>;
  /** The same sandbox, called with another token. */
  withToken(token: string): Caller;
}

/** Opens a sandbox that closes with the test, connected to the account `demo`. */
export async function openCaller(options: Partial<SandboxOptions> = {}): Promise<Caller> {
  const sandboxes = await openSandboxes({ port: 0, contacts: 30, seed: 1, ...options });
  onTestFinished(() => sandboxes.close());
  const caller = createCaller(sandboxes.hubspotUrl, '');
  const { access_token } = await caller.connect();
  return caller.withToken(access_token);
}

function createCaller(url: string, token: string): Caller {
  const authorized: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  return {
    url,
    crm: (method, path, body) => send(url, method, path, body, authorized),
    control: (method, path, body) => send(url, method, `/__control${path}`, body, {}),
    connect: (account = 'demo', scopes = SCOPES) => connect(url, account, scopes),
    withToken: (other) => createCaller(url, other),
  };
}

/** Calls a sandbox; what is no text is sent as JSON, under the content type of `headers` if they have one. */
export async function send(
  url: string,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<Reply> {
  const init: RequestInit = { method, headers };
  if (body !== undefined) {
    init.body = typeof body === 'string' ? body : JSON.stringify(body);
    init.headers = { 'content-type': 'application/json', ...headers };
  }
  const reply = await fetch(url + path, init);
  const text = await reply.text();
  const isJson = reply.headers.get('content-type')?.includes('json') ?? false;
  return { status: reply.status, headers: reply.headers, body: isJson ? JSON.parse(text) : text };
}

/** Asks for consent the quick way and returns where the browser is sent. */
export async function approve(url: string, query: Record<string, string> = {}): Promise<URL> {
  const parameters = new URLSearchParams({
    client_id: SANDBOX_CLIENT.clientId,
    redirect_uri: REDIRECT_URI,
    scope: SCOPES,
    approve: '1',
    ...query,
  });
  const reply = await fetch(`${url}/oauth/authorize?${parameters}`, { redirect: 'manual' });
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
  const code = (await approve(url, { account, scope })).searchParams.get('code') ?? '';
  const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
  return (await postForm(url, '/oauth/v1/token', fields)).body;
}
