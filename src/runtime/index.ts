export { type EmbeddedServer, openEmbeddedPostgres } from './embedded-postgres.js';
export { openEmbeddedRedis } from './embedded-redis.js';
export { findFreePort } from './free-port.js';
export { endOnSignal, Lifecycle } from './lifecycle.js';
export { readOrCreateSecret } from './local-secret.js';
export { createLogger, hideSecretsInText, type Logger } from './logger.js';
export { migrate } from './migrate.js';
