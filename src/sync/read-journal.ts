import type { AccountChanges, ChangeJournal } from '../connectors/index.js';
import { AppError, type Cursor, type Platform } from '../domain/index.js';
import type { Logger } from '../runtime/index.js';
import type { StartedRun, Store } from '../store/index.js';

export interface JournalDeps {
  readonly store: Pick<Store, 'pending' | 'journals'>;
  readonly log: Logger;
  /** A run was started for changes that were told. */
  readonly onStarted: (userId: string, started: StartedRun) => Promise<void>;
}

/** One reading may take so long before another process takes over (ms). */
const leaseMs = 60_000;
/** Integrations at once that are told to read again. */
const batch = 500;

/**
 * Notes what a CRM's journal tells since it was read last, unless another process does. Where the journal no longer
 * has that place, or was never read, it goes on with the latest entry, and every account is read again.
 */
export async function readJournal(
  deps: JournalDeps,
  platform: Platform,
  journal: ChangeJournal,
  reader: string,
  signal: AbortSignal,
): Promise<void> {
  const taken = await deps.store.journals.take(platform, reader, leaseMs);
  if (!taken) return;
  let { place } = taken;
  const renew = async () => void (await deps.store.journals.take(platform, reader, leaseMs));
  while (!signal.aborted) {
    const next = await takeEntry({ ...deps, renew }, platform, journal, place, signal);
    if (!next || !(await deps.store.journals.move(platform, reader, next.place))) return;
    if (next.place === null) return; // it has just lost its place: what it says then is asked for a little later
    place = next.place;
    await renew();
  }
}

interface EntryDeps extends JournalDeps {
  /** Keeps other processes from taking over what lasts. */
  renew(): Promise<void>;
}

/** One entry, noted; null where nothing was written yet. What is noted twice, because of a crash, is read twice. */
async function takeEntry(
  deps: EntryDeps,
  platform: Platform,
  journal: ChangeJournal,
  place: Cursor | null,
  signal: AbortSignal,
): Promise<{ readonly place: Cursor | null } | null> {
  const entry = await journal.read(place ?? undefined, signal).catch((error) => {
    if (place === null) throw error; // no place was asked for: this is no loss but a refusal
    return orExpired(error);
  });
  if (entry === null) return null;
  if (entry === 'expired') return { place: null };
  for (const change of entry.changes) await noteChange(deps, platform, change);
  if (place === null) await readAllAgain(deps, platform);
  return entry;
}

function orExpired(error: unknown): 'expired' {
  if (error instanceof AppError && error.code === 'CURSOR_EXPIRED') return 'expired';
  throw error;
}

async function noteChange(
  { store, onStarted }: JournalDeps,
  platform: Platform,
  { accountId, records }: AccountChanges,
): Promise<void> {
  for (const userId of await store.pending.findUsers(platform, accountId)) {
    const started = await store.pending.note(userId, platform, records);
    if (started) await onStarted(userId, started);
  }
}

async function readAllAgain({ store, onStarted, renew }: EntryDeps, platform: Platform): Promise<void> {
  for (let after: string | null = null; ; ) {
    const users: string[] = await store.journals.listUsers(platform, after, batch);
    for (const userId of users) {
      const started = await store.pending.noteGap(userId, platform);
      if (started) await onStarted(userId, started);
    }
    after = users.at(-1) ?? null;
    if (after === null) return;
    await renew();
  }
}
