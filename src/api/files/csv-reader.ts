import { isUtf8 } from 'node:buffer';
import type { ContactInput } from '../../commands/index.js';
import { badInput, type ContactField, cleanText, contactFields } from '../../domain/index.js';
import { type FieldSource, type Header, readHeader } from './columns.js';
import { openCsvText } from './csv-opening.js';
import { type CsvBreak, type CsvRecord, readRecords } from './csv-records.js';
import { badEntry, type ContactFile, type EntryFault, type FileEntry, notUtf8 } from './file-entry.js';
import { unguardFormula } from './formula-guard.js';

const maxRowBytes = 65_536;

/**
 * Contacts from a CSV (RFC 4180; comma, semicolon or tab; UTF-8), its columns found by their names. An empty cell says
 * nothing: it clears no value. Rows without any text are passed over.
 * @throws AppError BAD_USER_INPUT when the file is empty, no UTF-8, or has no column that a contact has
 */
export async function openCsv(body: AsyncIterable<Buffer>): Promise<ContactFile> {
  const { separator, chunks } = await openCsvText(body, maxRowBytes);
  const records = readRecords(chunks, { separator, maxBytes: maxRowBytes });
  const header = await findHeader(records);
  return { ignoredColumns: header.ignored, entries: readEntries(records, header) };
}

async function findHeader(records: AsyncGenerator<CsvRecord | CsvBreak>): Promise<Header> {
  for (;;) {
    const { value, done } = await records.next();
    if (done || 'reason' in value) throw badInput('body', 'The first row of the file is no header of a CSV.');
    if (value.cells.every(isBlank)) continue;
    if (!value.cells.every((cell) => isUtf8(cell))) throw badInput('body', notUtf8.message);
    const header = readHeader(value.cells.map((cell) => unguardFormula(cell.toString('utf8'))));
    if (header) return header;
    const names = contactFields.map(({ name }) => name).join(', ');
    throw badInput('body', `No column of the first row is known: name at least one of ${names}.`);
  }
}

async function* readEntries(
  records: AsyncGenerator<CsvRecord | CsvBreak>,
  header: Header,
): AsyncGenerator<FileEntry> {
  for await (const record of records) {
    if ('reason' in record) yield { line: record.line, content: badEntry(breakWords[record.reason]) };
    else if (!record.cells.every(isBlank))
      yield { line: record.line, content: readRow(record.cells, header) };
  }
}

const breakWords: Readonly<Record<CsvBreak['reason'], string>> = {
  'too large': `The row is larger than ${maxRowBytes / 1_024} kB, or has a quote that is not closed. Nothing from here on was read.`,
  'open quote': 'The row has a quote that is not closed. Nothing from here on was read.',
};

function readRow(cells: readonly Buffer[], { width, sources }: Header): ContactInput | EntryFault {
  if (!cells.slice(width).every(isBlank))
    return badEntry(
      `The row has ${cells.length} cells, the header ${width}: put text that holds a separator in quotes.`,
    );
  const input: Partial<Record<ContactField, string>> = {};
  for (const { field, columns } of sources) {
    for (const column of columns) {
      const cell = cells[column];
      if (!cell || cell.length === 0 || input[field] !== undefined) continue;
      if (!isUtf8(cell)) return notUtf8;
      const value = readCell(cell, field);
      if (value !== null) input[field] = value;
    }
  }
  return input;
}

/** Google writes several addresses or numbers into one cell. */
const googleSeparator = ' ::: ';

function readCell(cell: Buffer, field: FieldSource['field']): string | null {
  const text = unguardFormula(cell.toString('utf8'));
  const isOneOfMany = field === 'email' || field === 'phone';
  const value = isOneOfMany ? (text.split(googleSeparator, 1)[0] as string) : text;
  return cleanText(value) === null ? null : value;
}

function isBlank(cell: Buffer): boolean {
  return cell.length === 0 || cell.toString('latin1').trim() === '';
}
