export { type AdvancePayload, type AdvanceQueue, advanceSync, openAdvanceQueue } from './advance-sync.js';
export { createRedisQueueBackend, openPostgresQueueBackend, type QueueBackend } from './backend.js';
export { openSchedules, type Schedules, scheduledSync } from './schedules.js';
