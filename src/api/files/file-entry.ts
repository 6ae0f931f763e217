import type { ContactInput } from '../../commands/index.js';

/** Why a row or a card was not taken over. */
export interface EntryFault {
  readonly code: string;
  readonly message: string;
}

/** One row or card of a file: a contact, or what is wrong with it. */
export interface FileEntry {
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** Which card of the file it is, counted from 1; rows have a line only. */
  readonly card?: number;
  readonly content: ContactInput | EntryFault;
}

/** A file of contacts whose beginning made sense; its entries come as they are read. */
export interface ContactFile {
  /** Names of columns that are not taken over. */
  readonly ignoredColumns: readonly string[];
  readonly entries: AsyncIterable<FileEntry>;
}

export function isFault(content: ContactInput | EntryFault): content is EntryFault {
  return 'code' in content;
}

export function badEntry(message: string): EntryFault {
  return { code: 'BAD_USER_INPUT', message };
}

export const notUtf8 = badEntry('The text is not UTF-8: save the file as UTF-8.');
