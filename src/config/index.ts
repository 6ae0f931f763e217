export type { Config, LogLevel, Role } from './config.js';
export { createConfigTable } from './config-table.js';
export { ConfigError, loadConfig } from './load-config.js';
export type { CredentialsKey } from './value-kinds.js';
