import { createTokenSeal } from '../../oauth/token-seal.js';
import { APP_SCOPES } from './scopes.js';

/** Begins tokens as real ones do. */
export const { sealToken, openToken } = createTokenSeal({
  prefixes: { access: 'ya29.', refresh: '1//' },
  scopes: APP_SCOPES,
});
