import type { Dispatcher } from 'undici';
import { AppError } from '../../domain/index.js';
import type { Grant, OAuthProvider, Tokens } from '../contract.js';
import { createOAuthClient, type TokenReply } from '../kit/oauth.js';
import { checkInstanceUrl, type InstanceRules } from './instance.js';

export interface SalesforceOAuthOptions extends InstanceRules {
  /** The connected app's consumer key and secret. */
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes?: readonly string[];
  readonly dispatcher?: Dispatcher;
}

/** Asks an org for its name, with the token that it has just given; null where it does not tell. */
export type OrgNamer = (org: {
  readonly id: string;
  readonly apiUrl: string;
  readonly accessToken: string;
}) => Promise<string | null>;

/** What reading and writing records needs, and a grant that outlives the session. */
const salesforceScopes = ['api', 'refresh_token'] as const;

/** Salesforce's OAuth server (help: OAuth 2.0 web server flow). */
export function createSalesforceOAuth(options: SalesforceOAuthOptions, nameOf: OrgNamer): OAuthProvider {
  const { clientId, clientSecret, loginUrl, scopes = salesforceScopes, dispatcher } = options;
  const endpoint = (name: string) => `${loginUrl.replace(/\/+$/, '')}/services/oauth2/${name}`;
  const client = createOAuthClient({
    platform: 'SALESFORCE',
    clientId,
    clientSecret,
    scopes,
    authorizationUrl: endpoint('authorize'),
    tokenUrl: endpoint('token'),
    revocationUrl: endpoint('revoke'),
    deadGrantWords: ['inactive_user'],
    ...(dispatcher && { dispatcher }),
  });
  return {
    authorizationUrl: (ask) => client.authorizationUrl(ask),
    exchange: async (answer) => grantOf(await client.exchange(answer), { options, scopes, nameOf }),
    refresh: async (refreshToken) => tokensOf(await client.refresh(refreshToken), options, false),
    revoke: (refreshToken) => client.revoke(refreshToken),
  };
}

interface Asked {
  readonly options: SalesforceOAuthOptions;
  readonly scopes: readonly string[];
  readonly nameOf: OrgNamer;
}

async function grantOf(reply: TokenReply, { options, scopes, nameOf }: Asked): Promise<Grant> {
  const tokens = tokensOf(reply, options, true);
  const id = orgIdOf(reply.raw.id);
  const name = await nameOf({ id, apiUrl: tokens.apiUrl, accessToken: tokens.accessToken });
  const granted = typeof reply.raw.scope === 'string' ? reply.raw.scope.split(' ').filter(Boolean) : scopes;
  return { tokens, scopes: granted, account: { id, name: name ?? `Salesforce ${id}` } };
}

/** Salesforce tells no end of a token: only a 401 does. A refresh need not name the org's address again. */
function tokensOf(reply: TokenReply, rules: InstanceRules, isFirst: true): Tokens & { apiUrl: string };
function tokensOf(reply: TokenReply, rules: InstanceRules, isFirst: boolean): Tokens;
function tokensOf({ tokens, raw }: TokenReply, rules: InstanceRules, isFirst: boolean): Tokens {
  const bare = { ...tokens, expiresAt: null };
  if (!isFirst && raw.instance_url === undefined) return bare;
  return { ...bare, apiUrl: checkInstanceUrl(raw.instance_url, rules) };
}

/** `id` is the identity URL, `https://login.salesforce.com/id/{org}/{user}`; it is read, never called. */
function orgIdOf(value: unknown): string {
  const found =
    typeof value === 'string'
      ? /\/id\/(00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?)\/005\w{12,15}$/.exec(value)
      : null;
  if (found?.[1]) return found[1];
  throw new AppError(
    'CRM_REJECTED',
    'Salesforce did not say which org was connected. Connect Salesforce again.',
  );
}
