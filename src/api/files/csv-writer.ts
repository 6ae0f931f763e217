import { stringify } from 'csv-stringify/sync';
import type { ExportedContact } from '../../commands/index.js';
import { contactFields, platforms } from '../../domain/index.js';
import { guardFormula } from './formula-guard.js';

const columns: readonly { name: string; read: (exported: ExportedContact) => string | null }[] = [
  { name: 'id', read: ({ contact }) => contact.id },
  ...contactFields.map(({ name }) => ({ name, read: ({ contact }: ExportedContact) => contact[name] })),
  { name: 'source', read: ({ contact }) => contact.source },
  { name: 'createdAt', read: ({ contact }) => contact.createdAt.toISOString() },
  { name: 'updatedAt', read: ({ contact }) => contact.updatedAt.toISOString() },
  ...platforms.map((platform) => ({
    name: `${platform.toLowerCase()}Id`,
    read: ({ externalIds }: ExportedContact) => externalIds[platform] ?? null,
  })),
];

export const csvHeader = toText([columns.map(({ name }) => name)]);

/** Rows in the order of `csvHeader` (RFC 4180), safe to open in a spreadsheet. */
export function writeCsv(contacts: readonly ExportedContact[]): string {
  return toText(contacts.map((it) => columns.map(({ read }) => guardFormula(read(it) ?? ''))));
}

function toText(rows: readonly (readonly string[])[]): string {
  return stringify(rows as string[][], { record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}
