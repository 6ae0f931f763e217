import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { nextSlot } from '../../../src/domain/index.js';
import { openEvents } from '../../../src/events/index.js';
import {
  createRedisQueueBackend,
  openAdvanceQueue,
  openPostgresQueueBackend,
  openSchedules,
  type QueueBackend,
  scheduledSync,
} from '../../../src/queue/index.js';
import { createLogger } from '../../../src/runtime/index.js';
import { openScheduleWorker } from '../../../src/worker/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { createTestRedis, waitFor } from '../../support/services.js';
import { openStoreFixture } from '../store/store-fixture.js';

const log = createLogger({ level: 'silent' });
const fixture = await openStoreFixture();
const owner = await fixture.openClient();
const redis = await createTestRedis();

function openRedisBackend(): QueueBackend {
  const connect = () => {
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    closeAfterFile(() => connection.disconnect());
    return connection;
  };
  return createRedisQueueBackend({ producer: connect(), consumer: connect() });
}

const postgres = await openPostgresQueueBackend(fixture.url);
closeAfterFile(() => postgres.close());

/** A user with an hourly schedule, as the settings make it. */
async function userWithSchedule(everyMinutes: number | null = 60) {
  const userId = await fixture.connectUser();
  await fixture.store.integrations.changeSettings(userId, 'HUBSPOT', { syncEveryMinutes: everyMinutes });
  const { id } = await fixture.store.integrations.get(userId, 'HUBSPOT');
  return { userId, integrationId: id };
}

const runsOf = (userId: string) =>
  fixture.store.runs
    .list(userId, { page: { limit: 20, cursor: null, backward: false } })
    .then(({ edges }) => edges.map(({ node }) => node));

const setDue = (integrationId: string, ago: string) =>
  owner.query(`UPDATE crm_integrations SET next_sync_at = now() - $2::interval WHERE id = $1`, [
    integrationId,
    ago,
  ]);

describe.each([
  ['Redis', openRedisBackend()],
  ['PostgreSQL', postgres],
] as const)('schedules on %s', (_name, backend) => {
  const schedules = openSchedules(backend, log);
  const queue = openAdvanceQueue(backend, log);
  const look = backend.createQueue(scheduledSync.queue, {});
  closeAfterFile(() => Promise.all([schedules.close(), queue.close(), look.close()]));

  const openWorker = () => {
    const worker = openScheduleWorker({
      ...{ backend, queue, schedules, log },
      store: fixture.store,
      events: openEvents(null, log),
    });
    closeAfterFile(() => worker.close());
    return worker;
  };

  it('come at the time that the row names, are moved, and end', async () => {
    const payload = await userWithSchedule(60);
    const { integrationId } = payload;
    await schedules.keep(payload, 60);
    const first = await look.getJobScheduler(integrationId);
    const { nextSyncAt } = await fixture.store.integrations.get(payload.userId, 'HUBSPOT');
    expect(first?.next).toBe(nextSyncAt?.getTime());
    await schedules.keep(payload, 60);
    expect((await look.getJobScheduler(integrationId))?.next).toBe(first?.next);
    await schedules.keep(payload, 5);
    expect((await look.getJobScheduler(integrationId))?.next).toBe(
      nextSlot(integrationId, 5, new Date()).getTime(),
    );
    await schedules.keep(payload, null);
    expect((await look.getJobScheduler(integrationId)) ?? null).toBeNull();
    expect(await look.getDelayedCount()).toBe(0);
  });

  it('start one run each time, however often the time is told', async () => {
    const payload = await userWithSchedule(60);
    await schedules.keep(payload, 60);
    await setDue(payload.integrationId, '0 seconds');
    const worker = openWorker();
    const [tick] = await look.getDelayed();
    await tick!.promote();
    const [run] = await waitFor(
      async () => ((await runsOf(payload.userId)).length > 0 ? runsOf(payload.userId) : null),
      {
        what: 'the run of the tick',
      },
    );
    expect(run).toMatchObject({ trigger: 'SCHEDULE', mode: 'INCREMENTAL', direction: 'PULL' });
    const { everyMinutes, platform } = await fixture.store.due.readTick(
      payload.userId,
      payload.integrationId,
    );
    expect({ everyMinutes, platform }).toEqual({ everyMinutes: 60, platform: null });
    expect(await runsOf(payload.userId)).toHaveLength(1);
    const { nextSyncAt } = await fixture.store.integrations.get(payload.userId, 'HUBSPOT');
    expect(nextSyncAt).toEqual(nextSlot(payload.integrationId, 60, new Date()));
    await worker.close();
    await schedules.keep(payload, null);
  });

  it('missed many times run once, and are back in a queue that has lost them', async () => {
    const payload = await userWithSchedule(60);
    await setDue(payload.integrationId, '9 hours');
    const worker = openWorker();
    await waitFor(async () => (await runsOf(payload.userId)).length === 1, {
      what: 'the run that was missed',
    });
    const kept = await waitFor(() => look.getJobScheduler(payload.integrationId), { what: 'the schedule' });
    expect(kept.next).toBe(nextSlot(payload.integrationId, 60, new Date()).getTime());
    expect(await runsOf(payload.userId)).toHaveLength(1);
    await worker.close();
    await schedules.keep(payload, null);
  });

  it('end with their connection', async () => {
    const payload = await userWithSchedule(60);
    await schedules.keep(payload, 60);
    await setDue(payload.integrationId, '0 seconds');
    await fixture.store.disconnect(payload.userId, 'HUBSPOT', false);
    const worker = openWorker();
    const [tick] = await look.getDelayed();
    await tick!.promote();
    await waitFor(async () => !(await look.getJobScheduler(payload.integrationId)), { what: 'its end' });
    expect(await runsOf(payload.userId)).toHaveLength(0);
    await worker.close();
  });
});
