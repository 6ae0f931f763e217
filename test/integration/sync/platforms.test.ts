import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SyncRun } from '../../../src/domain/index.js';
import { openSandboxes } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { byId, openHarness, type SyncedUser } from '../../support/engine-harness.js';
import { openGoogle } from '../../support/platforms/google.js';
import { openHubspot } from '../../support/platforms/hubspot.js';
import type { PlatformUnderTest } from '../../support/platforms/platform-under-test.js';
import { openSalesforce } from '../../support/platforms/salesforce.js';
import { createTimedPermits } from '../../support/timed-permits.js';

/*
 * What every platform must do, one list for all: the real engine and store, over real HTTP, against the platform's
 * sandbox. A step is one page, so that each run resumes at every page it has.
 */

/** More than one page of any platform. */
const seeded = 1_200;
/** By then every platform has shown what it showed late. */
const mostRuns = 50;

const sandboxes = await openSandboxes({ port: 0, contacts: seeded, seed: 11 });
closeAfterFile(() => sandboxes.close());
const permits = createTimedPermits();
const underTest: PlatformUnderTest[] = [
  await openHubspot(sandboxes.hubspotUrl, permits),
  await openSalesforce(sandboxes.salesforceUrl, permits),
  await openGoogle(sandboxes.googleUrl, permits),
];
const harness = await openHarness();

describe.each(underTest.map((it) => [it.platform, it] as const))('%s', (_name, on) => {
  let accounts = 0;
  const newUser = async () => {
    accounts += 1;
    const account = `shared-${accounts}`;
    return { account, user: await harness.connect(on, account) };
  };

  async function expectSame(user: SyncedUser, account: string): Promise<void> {
    const live = await on.live(account);
    expect(byId(await user.held())).toEqual(byId(live));
    expect(await user.countContacts()).toBe(live.length);
  }

  it('reads everything, page by page', async () => {
    const { account, user } = await newUser();
    const run = await user.run('FULL');
    expect(run).toMatchObject({ status: 'SUCCEEDED', created: seeded, processed: seeded, failed: 0 });
    await expectSame(user, account);
  });

  it('reads what changed: new, changed, deleted and merged records, and nothing else', async () => {
    const { account, user } = await newUser();
    await user.run('FULL');
    const done = await on.sandbox.touch(account, { add: 12, change: 20, archive: 7, merge: 4 });
    const run = await settled(user, on, account);
    expect(run.status).toBe('SUCCEEDED');
    await expectSame(user, account);
    const [{ rows }] = (await user.query(
      `SELECT count(*)::int AS rows FROM contact_changes WHERE user_id = $1 AND kind = 'CREATED'`,
    )) as [{ rows: number }];
    // What is new to us was made once; the survivor of a merge is not new.
    expect(rows).toBe(seeded + done.added.length);
  });

  it('writes nothing when nothing changed', async () => {
    const { user } = await newUser();
    await user.run('FULL');
    await user.run('INCREMENTAL');
    const photograph = () =>
      user.query('SELECT id, xmin::text, updated_at FROM contacts WHERE user_id = $1 ORDER BY id');
    const before = await photograph();
    const run = await user.run('INCREMENTAL');
    expect(run).toMatchObject({ status: 'SUCCEEDED', created: 0, updated: 0, deleted: 0 });
    expect(await photograph()).toEqual(before);
  });

  it('loses and doubles nothing when it crashes before and after pages', async () => {
    const { account, user } = await newUser();
    const crashed = new Set<string>();
    // Each page's first try is lost, and so is the step after each second page.
    const once = (key: string) => !crashed.has(key) && Boolean(crashed.add(key));
    const crash = (when: 'before' | 'after', page: number) =>
      when === 'before' ? page % 3 === 1 && once(`b${page}`) : page % 3 === 2 && once(`a${page}`);
    const run = await user.run('FULL', crash);
    expect(crashed.size).toBeGreaterThan(1);
    expect(run).toMatchObject({ status: 'SUCCEEDED', created: seeded, processed: seeded });
    await expectSame(user, account);
  });

  it('goes on after its bookmark has ended', async () => {
    const { account, user } = await newUser();
    await user.run('FULL');
    await on.sandbox.touch(account, { add: 3, change: 3, archive: 3 });
    await on.expireCursor(account);
    await settled(user, on, account);
    await expectSame(user, account);
  });

  it('renews a token that has ended, in the middle of a run', async () => {
    const { account, user } = await newUser();
    await user.step('FULL');
    await on.sandbox.tokens(account, { expire: 'access' });
    expect(await user.run('FULL')).toMatchObject({ status: 'SUCCEEDED', created: seeded });
    await expectSame(user, account);
  });

  it('stays connected when a page of HTML stands where a new token should', async () => {
    const { account, user } = await newUser();
    await user.step('FULL');
    await on.sandbox.tokens(account, { expire: 'access' });
    await on.sandbox.addFault(account, { html: true, times: 1, path: on.tokenPath });
    await expect(user.run('FULL')).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
    expect(await user.run('FULL')).toMatchObject({ status: 'SUCCEEDED', created: seeded });
    await expectSame(user, account);
  });

  it('says in words when its user has to connect again', async () => {
    const { account, user } = await newUser();
    await user.step('FULL');
    await on.sandbox.tokens(account, { expire: 'access' });
    await on.sandbox.tokens(account, { expire: 'refresh' });
    await expect(user.run('FULL')).rejects.toMatchObject({ code: 'NEEDS_REAUTHORIZATION', retry: 'never' });
  });

  it('hands a used-up allowance back with a time, and goes on when there is more', async () => {
    const { account, user } = await newUser();
    await user.step('FULL');
    const giveBack = await on.endQuota(account);
    const refusal = await user.run('FULL').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: on.quotaCode, retry: { afterMs: expect.any(Number) } });
    await giveBack();
  });

  it.each([
    ['an error of the server', { status: 503 }],
    ['half of an answer', { truncate: true }],
    ['a page of HTML with status 200', { html: true }],
    ['an answer larger than we read', { padBytes: 40_000_000 }],
    ['an answer at one byte a second', { bytesPerSecond: 1 }],
  ])('keeps its place over %s', async (_words, fault) => {
    const { account, user } = await newUser();
    await user.step('FULL');
    const checkpoint = () => user.query('SELECT page, checkpoint FROM sync_runs WHERE user_id = $1');
    const before = await checkpoint();
    await on.sandbox.addFault(account, { ...fault, times: 1, path: on.apiPath });
    // Longer than from one byte to the next: what ends the call is its own time, not a silence.
    if ('bytesPerSecond' in fault) permits.callsTake(1_500);
    const failed = user.run('FULL').finally(() => permits.callsTake(undefined));
    await expect(failed).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
    expect(await checkpoint()).toEqual(before);
    expect(await user.run('FULL')).toMatchObject({ status: 'SUCCEEDED', created: seeded, processed: seeded });
    await expectSame(user, account);
  });

  it('reads an answer of 10 MB', async () => {
    const { account, user } = await newUser();
    await on.sandbox.addFault(account, { padBytes: 10_000_000, times: 3, path: on.apiPath });
    expect(await user.run('FULL')).toMatchObject({ status: 'SUCCEEDED', created: seeded, processed: seeded });
    await expectSame(user, account);
  });

  it('equals the CRM after any history, whatever crashes', async () => {
    const { account, user } = await newUser();
    await user.run('FULL');
    const few = fc.integer({ min: 0, max: 4 });
    const turn = fc.record({
      changes: fc.record({ add: few, change: few, archive: few, merge: fc.integer({ min: 0, max: 2 }) }),
      mode: fc.constantFrom('INCREMENTAL' as const, 'INCREMENTAL' as const, 'FULL' as const),
      crashAt: fc.integer({ min: 1, max: 6 }),
      when: fc.constantFrom('before' as const, 'after' as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 4 }), async (turns) => {
        for (const { changes, mode, crashAt, when } of turns) {
          await on.sandbox.touch(account, changes);
          let crashes = 1;
          await user.run(mode, (at, page) => at === when && page === crashAt && crashes-- > 0);
        }
        await settled(user, on, account);
        await expectSame(user, account);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  }, 300_000);
});

/** Runs until we hold what the CRM does: a platform shows a change after a delay of its own. */
async function settled(user: SyncedUser, on: PlatformUnderTest, account: string): Promise<SyncRun> {
  for (let runs = 1; ; runs++) {
    const run = await user.run('INCREMENTAL');
    const [held, live] = [byId(await user.held()), byId(await on.live(account))];
    if (isDeepStrictEqual(held, live)) return run;
    if (runs === mostRuns) expect(held).toEqual(live); // what differs
  }
}
