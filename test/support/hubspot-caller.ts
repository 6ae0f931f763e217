import { SANDBOX_CLIENT } from '../../src/sandbox/index.js';

const redirectUri = 'http://localhost:9/oauth/callback';

/** What somebody else does in an account, through HubSpot's own API with a grant of their own. */
export interface HubspotCaller {
  /** @returns the new record's id */
  create(properties: Record<string, string>): Promise<string>;
  update(id: string, properties: Record<string, string>): Promise<void>;
  archive(id: string): Promise<void>;
  /** @returns the id of the record that the two become */
  merge(id: string, other: string): Promise<string>;
}

export async function openHubspotCaller(sandboxUrl: string, account: string): Promise<HubspotCaller> {
  const token = await authorize(sandboxUrl, account);
  const call = async (method: string, path: string, body?: object) => {
    const reply = await fetch(`${sandboxUrl}/crm/v3/objects/contacts${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = (reply.status === 204 ? {} : await reply.json()) as { id: string };
    if (!reply.ok) throw new Error(`HubSpot refused ${method} ${path}: ${JSON.stringify(answer)}`);
    return answer.id;
  };
  return {
    create: (properties) => call('POST', '', { properties }),
    update: async (id, properties) => void (await call('PATCH', `/${id}`, { properties })),
    archive: async (id) => void (await call('DELETE', `/${id}`)),
    merge: (id, other) => call('POST', '/merge', { primaryObjectId: id, objectIdToMerge: other }),
  };
}

async function authorize(sandboxUrl: string, account: string): Promise<string> {
  const { clientId, clientSecret } = SANDBOX_CLIENT;
  const scope = 'crm.objects.contacts.read crm.objects.contacts.write';
  const consent = { client_id: clientId, redirect_uri: redirectUri, scope, account, approve: '1' };
  const page = await fetch(`${sandboxUrl}/oauth/authorize?${new URLSearchParams(consent)}`, {
    redirect: 'manual',
  });
  const code = new URL(page.headers.get('location') ?? 'about:blank').searchParams.get('code') ?? '';
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
  const reply = await fetch(`${sandboxUrl}/oauth/v3/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...form, client_id: clientId, client_secret: clientSecret }),
  });
  const { access_token: token } = (await reply.json()) as { access_token?: string };
  if (!token) throw new Error(`the sandbox gave no token: HTTP ${reply.status}`);
  return token;
}
