export { openSyncWorker, type SyncWorker } from './sync-worker.js';
