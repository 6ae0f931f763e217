import { SANDBOX_CLIENT, type SandboxClient } from '../sandbox/index.js';

const redirectUri = 'http://localhost/callback';
const scope = 'crm.objects.contacts.read crm.objects.contacts.write';

/** Somebody who works in HubSpot itself: in its sandbox, by HubSpot's own API and with a grant of their own. */
export interface HubspotUser {
  readJobTitle(id: string): Promise<string | null>;
  changeJobTitle(id: string, jobTitle: string): Promise<void>;
}

/**
 * @param client the app that is registered in the sandbox; its own by default
 * @throws Error when the sandbox gives no token
 */
export async function openHubspotUser(
  sandboxUrl: string,
  { clientId = SANDBOX_CLIENT.clientId, clientSecret = SANDBOX_CLIENT.clientSecret }: Partial<SandboxClient>,
): Promise<HubspotUser> {
  const authorization = `Bearer ${await authorize(sandboxUrl, { clientId, clientSecret })}`;
  const call = async (id: string, properties?: { jobtitle: string }): Promise<string | null> => {
    const reply = await fetch(`${sandboxUrl}/crm/v3/objects/contacts/${id}?properties=jobtitle`, {
      method: properties ? 'PATCH' : 'GET',
      headers: { authorization, 'content-type': 'application/json' },
      ...(properties && { body: JSON.stringify({ properties }) }),
    });
    if (!reply.ok) throw new Error(`HubSpot's sandbox answered HTTP ${reply.status}.`);
    const { properties: held } = (await reply.json()) as { properties: { jobtitle?: string | null } };
    return held.jobtitle ?? null;
  };
  return {
    readJobTitle: (id) => call(id),
    changeJobTitle: async (id, jobtitle) => void (await call(id, { jobtitle })),
  };
}

async function authorize(sandboxUrl: string, { clientId, clientSecret }: SandboxClient): Promise<string> {
  const consent = { client_id: clientId, redirect_uri: redirectUri, scope, approve: '1' };
  const page = await fetch(`${sandboxUrl}/oauth/authorize?${new URLSearchParams(consent)}`, {
    redirect: 'manual',
  });
  const code = new URL(page.headers.get('location') ?? 'about:blank').searchParams.get('code') ?? '';
  const reply = await fetch(`${sandboxUrl}/oauth/v3/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'authorization_code', code, redirect_uri: redirectUri },
      ...{ client_id: clientId, client_secret: clientSecret },
    }),
  });
  const { access_token: token } = (await reply.json()) as { access_token?: string };
  if (!token) throw new Error(`HubSpot's sandbox gave no token: HTTP ${reply.status}.`);
  return token;
}
