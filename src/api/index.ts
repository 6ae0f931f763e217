export { type Authenticator, createAuthenticator } from './authenticate.js';
export { signLocalToken } from './local-token.js';
export { type Api, openApi } from './open-api.js';
export type { Readiness } from './rest/health.route.js';
export { createSchema } from './schema.js';
