import { z } from 'zod';
import type { RecordWrite, WriteOutcome } from '../contract.js';
import { batchMax, type PeopleCalls } from './calls.js';
import { unreadable } from './errors.js';
import { rpc } from './rpc-codes.js';
import { sendApart } from './send-apart.js';
import type { WriteCalls } from './write-calls.js';
import { faultOf } from './write-faults.js';

export type Deletion = Extract<RecordWrite, { kind: 'DELETE' }>;

interface DeletionOptions {
  readonly reads: Pick<PeopleCalls, 'getBatch'>;
  readonly calls: WriteCalls;
}

/**
 * Deletes contacts. They are looked at before: one that is not there would refuse the whole batch, and a former name would
 * delete the person into whom it was merged.
 */
export async function deleteContacts(
  { reads, calls }: DeletionOptions,
  writes: readonly Deletion[],
): Promise<readonly WriteOutcome[]> {
  const present = await readNames(reads, writes);
  const outcomes: WriteOutcome[] = [];
  const due: Deletion[] = [];
  for (const write of writes) {
    const { id, externalId } = write;
    const name = present.get(externalId);
    if (name === undefined) throw unreadable('a batch that lacks contacts');
    if (name === null) outcomes.push(deleted(write));
    else if (name !== externalId) outcomes.push({ id, kind: 'STALE' });
    else due.push(write);
  }
  const answers = await sendApart(due, {
    keyOf: ({ externalId }) => externalId,
    send: async (items) => {
      await calls.remove([...new Set(items.map(({ externalId }) => externalId))]);
      return items.map((item) => ({ item, person: null }));
    },
  });
  for (const answer of answers) {
    const isGone = 'person' in answer || answer.status.code === rpc.notFound;
    if (isGone) outcomes.push(deleted(answer.item));
    else outcomes.push({ id: answer.item.id, kind: 'REFUSED', fault: faultOf(answer.status) });
  }
  return outcomes;
}

function deleted({ id, externalId }: Deletion): WriteOutcome {
  return { id, kind: 'DONE', externalId, url: null, at: null };
}

const named = z.object({ resourceName: z.string() });

/** Under what name each is there now; null: it is not. */
async function readNames(
  reads: DeletionOptions['reads'],
  writes: readonly Deletion[],
): Promise<ReadonlyMap<string, string | null>> {
  const asked = [...new Set(writes.map(({ externalId }) => externalId))];
  const names = new Map<string, string | null>();
  for (let from = 0; from < asked.length; from += batchMax) {
    for (const { requested, person } of await reads.getBatch(asked.slice(from, from + batchMax))) {
      // One of whom Google will not tell is sent all the same, for Google to say why not.
      const name = named.safeParse(person).data?.resourceName ?? requested;
      names.set(requested, person === null ? null : name);
    }
  }
  return names;
}
