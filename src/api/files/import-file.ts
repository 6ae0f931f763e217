import type { ContactInput, ImportResult } from '../../commands/index.js';
import { type ContactFile, type EntryFault, type FileEntry, isFault } from './file-entry.js';

interface ImportFault extends EntryFault {
  readonly line: number;
  readonly card?: number;
}

/** What has become of a file so far; the answer to an import. */
export interface ImportTally {
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
  /** The first of those that failed. */
  readonly errors: ImportFault[];
  errorsOmitted: number;
}

/** The most that one transaction takes. */
const maxBatch = 1_000;
/** Characters of text after which a batch is full all the same. */
const maxBatchText = 1_000_000;
const maxErrors = 1_000;

type ImportBatch = (inputs: readonly ContactInput[]) => Promise<ImportResult>;

export function createTally(): ImportTally {
  return { created: 0, updated: 0, unchanged: 0, failed: 0, errors: [], errorsOmitted: 0 };
}

/**
 * Imports the entries in batches, each by itself, and counts into the tally: where it throws, the tally tells what
 * was stored before.
 */
export async function importFile(
  file: ContactFile,
  importBatch: ImportBatch,
  tally: ImportTally,
): Promise<void> {
  let batch: { entry: FileEntry; input: ContactInput }[] = [];
  let text = 0;
  const flush = async () => {
    if (batch.length === 0) return;
    const result = await importBatch(batch.map(({ input }) => input));
    tally.created += result.created;
    tally.updated += result.updated;
    tally.unchanged += result.unchanged;
    for (const { index, code, message } of result.errors)
      addFault(tally, (batch[index] as { entry: FileEntry }).entry, { code, message });
    batch = [];
    text = 0;
  };
  for await (const entry of file.entries) {
    if (isFault(entry.content)) {
      addFault(tally, entry, entry.content);
      continue;
    }
    batch.push({ entry, input: entry.content });
    text += sizeOf(entry.content);
    if (batch.length >= maxBatch || text >= maxBatchText) await flush();
  }
  await flush();
}

function addFault(tally: ImportTally, { line, card }: FileEntry, { code, message }: EntryFault): void {
  tally.failed += 1;
  if (tally.errors.length >= maxErrors) tally.errorsOmitted += 1;
  else tally.errors.push({ line, ...(card !== undefined && { card }), code, message });
}

function sizeOf(input: ContactInput): number {
  return Object.values(input).reduce((sum, value) => sum + (value?.length ?? 0), 0);
}
