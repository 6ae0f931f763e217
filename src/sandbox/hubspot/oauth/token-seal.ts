import { createTokenSeal } from '../../oauth/token-seal.js';
import { APP_SCOPES } from './scopes.js';

/** Real refresh tokens begin with the hublet's name; real access tokens with "C". Below 300 characters. */
export const { sealToken, openToken } = createTokenSeal({
  prefixes: { access: 'CN', refresh: 'na1-' },
  scopes: APP_SCOPES,
});
