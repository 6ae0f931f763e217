import { onTestFinished } from 'vitest';
import {
  openSandboxes,
  SANDBOX_CLIENT,
  type Sandboxes,
  type SandboxOptions,
} from '../../../src/sandbox/index.js';
import { REDIRECT_URI, type Reply, send } from './sandbox-caller.js';

export const DATA = '/services/data/v67.0';

/** A simulated Salesforce of the test's own, and ways to call it. */
export interface SalesforceCaller {
  /** Where users log in. */
  readonly url: string;
  /** HubSpot's sandbox beside it. */
  readonly hubspotUrl: string;
  /** Calls below /services/data/v67.0 with a session of the account. */
  data(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** The records of a query, all pages. */
  query(soql: string, resource?: 'query' | 'queryAll'): Promise<Record<string, unknown>[]>;
  /** Calls any path, with the session. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  /** The tokens of a fresh grant. */
  connect(query?: Record<string, string>): Promise<Record<string, string>>;
  withToken(token: string): SalesforceCaller;
  /** Ends the sandboxes before the test does. */
  close(): Promise<void>;
}

/** Opens the sandboxes, which close with the test, connected to the account `demo`. */
export async function openSalesforce(options: Partial<SandboxOptions> = {}): Promise<SalesforceCaller> {
  const sandboxes = await openSandboxes({ port: 0, contacts: 30, seed: 1, ...options });
  onTestFinished(() => sandboxes.close());
  const caller = createCaller(sandboxes, '');
  const { access_token } = await caller.connect();
  return caller.withToken(access_token!);
}

function createCaller(sandboxes: Sandboxes, token: string): SalesforceCaller {
  const { salesforceUrl: url, hubspotUrl } = sandboxes;
  const session: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const caller: SalesforceCaller = {
    url,
    hubspotUrl,
    data: (method, path, body, headers = {}) =>
      send(url, method, DATA + path, body, { ...session, ...headers }),
    async query(soql, resource = 'query') {
      let { body } = await caller.data('GET', `/${resource}?q=${encodeURIComponent(soql)}`);
      const records = body.records;
      while (!body.done) {
        ({ body } = await caller.call('GET', body.nextRecordsUrl));
        records.push(...body.records);
      }
      return records;
    },
    call: (method, path, body, headers = {}) => send(url, method, path, body, { ...session, ...headers }),
    control: (method, path, body) => send(url, method, `/__control${path}`, body, {}),
    connect: (query = {}) => connect(url, query),
    withToken: (other) => createCaller(sandboxes, other),
    close: () => sandboxes.close(),
  };
  return caller;
}

/** Asks for consent the quick way and returns where the browser is sent. */
export async function approveSalesforce(url: string, query: Record<string, string> = {}): Promise<URL> {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: SANDBOX_CLIENT.clientId,
    redirect_uri: REDIRECT_URI,
    scope: 'api refresh_token id',
    approve: '1',
    ...query,
  });
  const reply = await fetch(`${url}/services/oauth2/authorize?${parameters}`, { redirect: 'manual' });
  await reply.arrayBuffer();
  return new URL(reply.headers.get('location') ?? 'about:blank');
}

/** Posts a form to an OAuth endpoint with the app's credentials. */
export async function postOauth(url: string, name: string, fields: Record<string, string>): Promise<Reply> {
  const form = new URLSearchParams({
    client_id: SANDBOX_CLIENT.clientId,
    client_secret: SANDBOX_CLIENT.clientSecret,
    ...fields,
  });
  const reply = await fetch(`${url}/services/oauth2/${name}`, { method: 'POST', body: form });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, body: text === '' ? '' : JSON.parse(text) };
}

async function connect(url: string, query: Record<string, string>): Promise<Record<string, string>> {
  const code = (await approveSalesforce(url, query)).searchParams.get('code') ?? '';
  const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI };
  return (await postOauth(url, 'token', fields)).body;
}
