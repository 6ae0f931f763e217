import type { Dispatcher } from 'undici';
import { AppError } from '../../domain/index.js';
import type { Grant, OAuthProvider } from '../contract.js';
import { createOAuthClient, type TokenReply } from '../kit/oauth.js';
import { readAccount } from './account.js';

export interface GoogleOAuthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where users sign in: https://accounts.google.com, or the sandbox. */
  readonly loginUrl: string;
  /** Where tokens come from: https://oauth2.googleapis.com, or the sandbox. */
  readonly oauthUrl: string;
  /** Where the People API is: https://people.googleapis.com, or the sandbox. */
  readonly apiUrl: string;
  readonly dispatcher?: Dispatcher;
}

const contactsScope = 'https://www.googleapis.com/auth/contacts';
/**
 * Reading and writing contacts; and the account's own address, to name it by. `people/me` is answered with any scope
 * of the People API, but has the address only with this one (people-v1 discovery document, people.get).
 */
const googleScopes = [contactsScope, 'https://www.googleapis.com/auth/userinfo.email'] as const;

/** Google's OAuth 2 for web server apps. */
export function createGoogleOAuth(options: GoogleOAuthOptions): OAuthProvider {
  const { clientId, clientSecret, loginUrl, oauthUrl, dispatcher } = options;
  const client = createOAuthClient({
    platform: 'GOOGLE',
    clientId,
    clientSecret,
    scopes: googleScopes,
    authorizationUrl: `${loginUrl}/o/oauth2/v2/auth`,
    // Only so does a refresh token come every time, not at the first consent alone.
    authorizationParameters: { access_type: 'offline', prompt: 'consent' },
    tokenUrl: `${oauthUrl}/token`,
    revocationUrl: `${oauthUrl}/revoke`,
    deadGrantWords: ['invalid_token'], // what the revocation calls a token that is dead already
    ...(dispatcher && { dispatcher }),
  });
  return {
    authorizationUrl: (ask) => client.authorizationUrl(ask),
    exchange: async (answer) => grantOf(options, await client.exchange(answer)),
    refresh: async (refreshToken) => (await client.refresh(refreshToken)).tokens,
    revoke: (refreshToken) => client.revoke(refreshToken),
  };
}

async function grantOf(
  { apiUrl, dispatcher }: GoogleOAuthOptions,
  { tokens, raw }: TokenReply,
): Promise<Grant> {
  const scopes = scopesOf(raw.scope);
  if (!scopes.includes(contactsScope))
    throw refused(
      'was not allowed to show the contacts. Connect Google again and tick the access to contacts',
    );
  if (tokens.refreshToken === null) throw refused('gave access for an hour only. Connect Google again');
  const { accessToken } = tokens;
  const account = await readAccount({ apiUrl, accessToken, ...(dispatcher && { dispatcher }) });
  return { tokens, scopes, account };
}

/** Users may leave single permissions out; without a word, all that was asked for was granted (RFC 6749, 5.1). */
function scopesOf(granted: unknown): readonly string[] {
  return typeof granted === 'string' ? granted.split(' ').filter(Boolean) : googleScopes;
}

function refused(words: string): AppError {
  return new AppError('CRM_REJECTED', `Google ${words}.`);
}
