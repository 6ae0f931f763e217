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
 * Imports the entries in batches, each by itself, one being stored while the next is read. Where it throws, the tally
 * tells what was stored before.
 */
export async function importFile(
  file: ContactFile,
  importBatch: ImportBatch,
  tally: ImportTally,
): Promise<void> {
  let batch: FileEntry[] = [];
  let text = 0;
  let storing = Promise.resolve();
  const flush = async () => {
    await storing;
    storing = storeBatch(batch, importBatch, tally);
    storing.catch(() => {}); // met by who waits for it next
    batch = [];
    text = 0;
  };
  try {
    for await (const entry of file.entries) {
      batch.push(entry);
      text += sizeOf(entry.content);
      if (batch.length >= maxBatch || text >= maxBatchText) await flush();
    }
    await flush();
  } finally {
    await storing;
  }
}

async function storeBatch(
  batch: readonly FileEntry[],
  importBatch: ImportBatch,
  tally: ImportTally,
): Promise<void> {
  const inputs = batch.flatMap(({ content }, place) => (isFault(content) ? [] : [{ content, place }]));
  const faults = new Map<number, EntryFault>();
  for (const [place, { content }] of batch.entries()) if (isFault(content)) faults.set(place, content);
  if (inputs.length > 0) {
    const result = await importBatch(inputs.map(({ content }) => content));
    tally.created += result.created;
    tally.updated += result.updated;
    tally.unchanged += result.unchanged;
    for (const { index, code, message } of result.errors)
      faults.set((inputs[index] as { place: number }).place, { code, message });
  }
  for (const [place, entry] of batch.entries()) {
    const fault = faults.get(place);
    if (fault) addFault(tally, entry, fault);
  }
}

function addFault(tally: ImportTally, { line, card }: FileEntry, { code, message }: EntryFault): void {
  tally.failed += 1;
  if (tally.errors.length >= maxErrors) tally.errorsOmitted += 1;
  else tally.errors.push({ line, ...(card !== undefined && { card }), code, message });
}

function sizeOf(content: FileEntry['content']): number {
  return Object.values(content).reduce((sum, value) => sum + (value?.length ?? 0), 0);
}
