import { Directory } from '../../../src/sandbox/google/directory.js';
import { PersonList } from '../../../src/sandbox/google/person-list.js';
import type { PersonVersion } from '../../../src/sandbox/google/person-record.js';
import { PersonStore } from '../../../src/sandbox/google/person-store.js';
import { SyncTokens } from '../../../src/sandbox/google/sync-tokens.js';

/** How long writes stay unseen. */
export const DELAY_MS = 500;
/** When the tests begin, epoch ms. */
export const START = Date.UTC(2026, 0, 1);
export const MASK = new Set(['names', 'metadata']);

/** A store of persons, what lists see of it, and its list; without HTTP. */
export function openWorld(seededCount: number) {
  const seeded: PersonVersion[] = Array.from({ length: seededCount }, (_, index) => ({
    id: `c${index + 1}`,
    revision: 1,
    updatedAt: START - 1_000 + (index % 3),
    previousIds: [],
    fields: {},
  }));
  const directory = new Directory(seeded);
  let next = seededCount;
  const store = new PersonStore(
    seeded,
    (change) => directory.note(change),
    () => `c${++next}`,
  );
  const list = new PersonList(directory, new SyncTokens('demo', 'life', 'secret'));
  return { directory, store, list };
}

export type World = ReturnType<typeof openWorld>;
