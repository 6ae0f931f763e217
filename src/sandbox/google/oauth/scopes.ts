const PREFIX = 'https://www.googleapis.com/auth';

export const CONTACTS_SCOPE = `${PREFIX}/contacts`;
export const CONTACTS_READ_SCOPE = `${PREFIX}/contacts.readonly`;
const OTHER_CONTACTS_SCOPE = `${PREFIX}/contacts.other.readonly`;
const DIRECTORY_SCOPE = `${PREFIX}/directory.readonly`;
export const EMAIL_SCOPE = `${PREFIX}/userinfo.email`;
export const PROFILE_SCOPE = `${PREFIX}/userinfo.profile`;

/** The scopes that the sandbox knows. Their order is part of the token format. */
export const APP_SCOPES: readonly string[] = [
  'openid',
  EMAIL_SCOPE,
  PROFILE_SCOPE,
  CONTACTS_SCOPE,
  CONTACTS_READ_SCOPE,
  OTHER_CONTACTS_SCOPE,
  DIRECTORY_SCOPE,
  `${PREFIX}/user.emails.read`,
];
/** Short names of OpenID Connect, which Google answers with its own. */
const SHORT_NAMES: Readonly<Record<string, string>> = { email: EMAIL_SCOPE, profile: PROFILE_SCOPE };

/** Splits a scope parameter into scopes under Google's own names, each once; unknown ones are kept. */
export function readScopes(text: string): string[] {
  const names = text.split(/\s+/).filter(Boolean);
  return [...new Set(names.map((it) => SHORT_NAMES[it] ?? it))];
}

/** Whether the sandbox knows a scope. */
export function isKnownScope(scope: string): boolean {
  return APP_SCOPES.includes(scope);
}
