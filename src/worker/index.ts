export { openChangeSources } from './change-sources.js';
export { openSyncWorker, type SyncWorker } from './sync-worker.js';
