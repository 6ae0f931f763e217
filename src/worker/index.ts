export { openChangeSources } from './change-sources.js';
export { openScheduleWorker } from './schedule-worker.js';
export { openSyncWorker, type SyncWorker } from './sync-worker.js';
