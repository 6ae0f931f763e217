import type { Dispatcher } from 'undici';
import { AppError } from '../../domain/index.js';
import type { Grant, OAuthProvider } from '../contract.js';
import { createOAuthClient, type OAuthClient, type TokenReply } from '../kit/oauth.js';

export interface HubspotOAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where users sign in: https://app.hubspot.com, or the sandbox. */
  readonly appUrl: string;
  /** Where the API is: https://api.hubapi.com, or the sandbox. */
  readonly apiUrl: string;
  readonly scopes?: readonly string[];
  readonly dispatcher?: Dispatcher;
}

/** What reading and writing contacts needs. */
const hubspotScopes = ['oauth', 'crm.objects.contacts.read', 'crm.objects.contacts.write'] as const;

/** With tokens of the app itself, beside those of accounts. */
export interface HubspotOAuth extends OAuthProvider {
  issueToApp: OAuthClient['issueToApp'];
}

/** HubSpot's own OAuth server, `/oauth/v3` (its spec oauth-v3; v1 ends on 2027-02-16). */
export function createHubspotOAuth(options: HubspotOAuthOptions): HubspotOAuth {
  const { clientId, clientSecret, scopes = hubspotScopes, dispatcher } = options;
  const client = createOAuthClient({
    platform: 'HUBSPOT',
    clientId,
    clientSecret,
    scopes,
    authorizationUrl: `${options.appUrl}/oauth/authorize`,
    tokenUrl: `${options.apiUrl}/oauth/v3/token`,
    introspectionUrl: `${options.apiUrl}/oauth/v3/token/introspect`,
    revocationUrl: `${options.apiUrl}/oauth/v3/token/revoke`,
    deadGrantWords: ['BAD_REFRESH_TOKEN'],
    ...(dispatcher && { dispatcher }),
  });
  return {
    authorizationUrl: (ask) => client.authorizationUrl(ask),
    exchange: async (answer) => grantOf(client, await client.exchange(answer), scopes),
    refresh: async (refreshToken) => (await client.refresh(refreshToken)).tokens,
    revoke: (refreshToken) => client.revoke(refreshToken),
    issueToApp: (scopes) => client.issueToApp(scopes),
  };
}

/** The account is named only by the introspection: a token reply has at most its number. */
async function grantOf(client: OAuthClient, reply: TokenReply, asked: readonly string[]): Promise<Grant> {
  const info = await client.introspect(reply.tokens.accessToken);
  const id = info.hub_id ?? reply.raw.hub_id;
  if (!(typeof id === 'number' || typeof id === 'string') || !/^\d{1,20}$/.test(String(id))) {
    throw new AppError(
      'CRM_REJECTED',
      'HubSpot did not say which account was connected. Connect HubSpot again.',
    );
  }
  const domain = info.hub_domain;
  const name = typeof domain === 'string' && domain !== '' ? domain : `HubSpot ${id}`;
  const scopes = textsOf(info.scopes) ?? textsOf(reply.raw.scopes) ?? asked;
  return { tokens: reply.tokens, scopes, account: { id: String(id), name } };
}

function textsOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  return value.filter((item): item is string => typeof item === 'string');
}
