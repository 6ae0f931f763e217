import { expect, it } from 'vitest';
import type { ClaimedRun } from '../../../src/store/index.js';
import { openStoreFixture, pageOf, recordOf } from './store-fixture.js';

const fixture = await openStoreFixture();

/** Ends a run that met three records where the CRM had told so many. */
async function endRun(total: number, isWhole: boolean) {
  const user = await fixture.connectUser();
  const claim = await fixture.claimRun(user, isWhole ? 'FULL' : 'INCREMENTAL');
  const page = pageOf({ records: ['1', '2', '3'].map((id) => recordOf(id)) });
  const moved = await fixture.store.work.commit(claim, page, {
    checkpoint: { contacts: { whole: isWhole, done: true, cursor: null } },
    whole: isWhole,
    phase: 'PULLING',
    total,
  });
  return fixture.store.work.finish(moved as ClaimedRun);
}

it('a run that has not read everything ends with what it met as its total', async () => {
  for (const told of [47, 3, 1])
    expect(await endRun(told, false)).toMatchObject({ status: 'SUCCEEDED', processed: 3, total: 3 });
});

it('a whole run keeps the total that the CRM told, never less than what it met', async () => {
  expect(await endRun(4, true)).toMatchObject({ processed: 3, total: 4 });
  expect(await endRun(2, true)).toMatchObject({ processed: 3, total: 3 });
});
