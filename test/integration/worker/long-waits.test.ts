import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { AppError } from '../../../src/domain/index.js';
import { openEvents } from '../../../src/events/index.js';
import { type AdvancePayload, advanceSync, type QueueBackend } from '../../../src/queue/index.js';
import { openSyncWorker } from '../../../src/worker/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { waitFor } from '../../support/services.js';
import { openStoreFixture } from '../store/store-fixture.js';

const hour = 3_600_000;
const words = "Salesforce's daily allowance for this org is used up: goes on at about 14:20 UTC.";
const log = pino({ level: 'silent' });
const { store, openClient, connectUser } = await openStoreFixture();
const owner = await openClient();

/** A worker over the real store whose engine finds the allowance used up; the test hands it its jobs. */
function openWorker() {
  let work: ((job: unknown) => Promise<void>) | undefined;
  const backend = {
    createWorker: (_name: string, processor: typeof work) => {
      work = processor;
      return { on: () => undefined, close: async () => undefined };
    },
  } as unknown as QueueBackend;
  const add = vi.fn(async (_payload: AdvancePayload, _delayMs?: number) => undefined);
  const advance = vi.fn(async (): Promise<'again' | 'ended' | 'lost'> => {
    throw new AppError('QUOTA_EXHAUSTED', words, { retry: { afterMs: 2 * hour } });
  });
  const queue = { add, close: async () => undefined };
  const verifier = { verifyNext: async () => null };
  const events = openEvents(null, log);
  const worker = openSyncWorker({
    backend,
    queue,
    engine: { advance },
    verifier,
    store,
    events,
    log,
    concurrency: 1,
  });
  closeAfterFile(async () => {
    await worker.close();
    await events.close();
  });
  // As at the last of its attempts: were one spent, the job would fail.
  const run = (payload: AdvancePayload) => work?.({ data: payload, attemptsMade: advanceSync.attempts - 1 });
  return { add, advance, run };
}

async function startRun(userId: string) {
  return store.runs.start(userId, { platform: 'HUBSPOT', direction: 'PULL', mode: 'FULL', trigger: 'USER' });
}

test('a run whose allowance is used up leaves the queue, says when it goes on, and goes on', async () => {
  const { add, advance, run } = openWorker();
  const userId = await connectUser();
  const started = await startRun(userId);
  const payload = { userId, integrationId: started.integrationId };
  const queued = () => add.mock.calls.filter(([it]) => it.userId === userId);
  await run(payload);
  const waiting = await store.runs.find(userId, started.run.id);
  expect(waiting).toMatchObject({ status: 'WAITING_FOR_QUOTA', waitingFor: words });
  expect(waiting!.goesOnAt!.getTime() - waiting!.updatedAt.getTime()).toBe(2 * hour);

  // A job that comes all the same finds nothing to do.
  await run(payload);
  expect(advance).toHaveBeenCalledOnce();
  const seenBefore = queued().length; // by the sweeper, while the run was still due
  expect(await store.due.listRuns(500)).not.toContainEqual(payload);

  advance.mockResolvedValue('ended');
  await owner.query('UPDATE sync_runs SET due_at = now() WHERE id = $1', [started.run.id]);
  await waitFor(() => queued().length > seenBefore, { what: 'the sweeper to queue the run again' });
  await run(payload);
  expect(advance).toHaveBeenCalledTimes(2);
  expect(await store.runs.find(userId, started.run.id)).toMatchObject({
    ...{ status: 'RUNNING', waitingFor: null, goesOnAt: null },
  });
});

test('a run that waits for its allowance can be paused, resumed and cancelled', async () => {
  const { run } = openWorker();
  const userId = await connectUser();
  const started = await startRun(userId);
  const payload = { userId, integrationId: started.integrationId };
  await run(payload);
  const stopped = { waitingFor: null, goesOnAt: null };
  expect(await store.runs.change(userId, started.run.id, 'pause')).toMatchObject({
    status: 'PAUSED',
    ...stopped,
  });
  expect(await store.runs.change(userId, started.run.id, 'resume')).toMatchObject({
    status: 'QUEUED',
    ...stopped,
  });
  await run(payload);
  expect(await store.runs.find(userId, started.run.id)).toMatchObject({ status: 'WAITING_FOR_QUOTA' });
  expect(await store.runs.change(userId, started.run.id, 'cancel')).toMatchObject({
    ...{ status: 'CANCELLED', phase: 'DONE' },
    ...stopped,
  });
  expect(await store.due.listRuns(500)).not.toContainEqual(payload);
});

test('a run that waits for its allowance asks again when its user starts it anew, and waits on if there is none', async () => {
  const { advance, run } = openWorker();
  const userId = await connectUser();
  const started = await startRun(userId);
  const payload = { userId, integrationId: started.integrationId };
  await run(payload);
  expect(await startRun(userId)).toMatchObject({ alreadyRunning: true, run: { id: started.run.id } });
  await run(payload);
  expect(advance).toHaveBeenCalledTimes(2);
  const waiting = await store.runs.find(userId, started.run.id);
  expect(waiting).toMatchObject({ status: 'WAITING_FOR_QUOTA', waitingFor: words });
  expect(waiting!.goesOnAt!.getTime() - waiting!.updatedAt.getTime()).toBe(2 * hour);
});

test('a schedule’s run that its user resumes is one that he waits for', async () => {
  const userId = await connectUser();
  const asked = { platform: 'HUBSPOT', direction: 'PULL', mode: 'FULL', trigger: 'SCHEDULE' } as const;
  const { run } = await store.runs.start(userId, asked);
  expect(await store.runs.change(userId, run.id, 'pause')).toMatchObject({ trigger: 'SCHEDULE' });
  expect(await store.runs.change(userId, run.id, 'resume')).toMatchObject({ trigger: 'USER' });
});
