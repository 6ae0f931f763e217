/** The scopes that the connected app in the sandbox has. */
const APP_SCOPES: readonly string[] = [
  'api',
  'refresh_token',
  'offline_access',
  'id',
  'openid',
  'profile',
  'email',
  'full',
  'web',
];

/** The scopes that an authorize request asks for; without any, all that the app has. */
export function readScopes(text: string | undefined): readonly string[] {
  const asked = [...new Set((text ?? '').split(/\s+/).filter(Boolean))];
  return asked.length === 0 ? APP_SCOPES : asked;
}

export function isAppScope(scope: string): boolean {
  return APP_SCOPES.includes(scope);
}

/** Whether sessions of these scopes may use the REST, Bulk and streaming API. */
export function allowsApi(scopes: readonly string[]): boolean {
  return scopes.includes('api') || scopes.includes('full');
}

/** Whether a refresh token comes with them; "full" alone has none. */
export function allowsRefresh(scopes: readonly string[]): boolean {
  return scopes.includes('refresh_token') || scopes.includes('offline_access');
}
