import fc from 'fast-check';
import type { ContactFile, FileEntry } from '../../../../src/api/files/file-entry.js';
import type { ContactInput, ExportedContact } from '../../../../src/commands/index.js';
import { cleanText, contactFields, emptyValues } from '../../../../src/domain/index.js';
import { fakeContact } from '../fake-commands.js';

const id = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Text as a contact can hold it, with what files and spreadsheets stumble over. */
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc
      .array(
        fc.constantFrom(
          '=',
          '+',
          '-',
          '@',
          "'",
          '"',
          ',',
          ';',
          ':',
          '\\',
          '\n',
          '\r\n',
          '\t',
          'ä',
          '😀',
          '＝',
          ' ',
        ),
        {
          maxLength: 200,
        },
      )
      .map((parts) => parts.join('')),
    fc.constantFrom(
      '+41446681800',
      "'t Hooft",
      "'=1",
      '=HYPERLINK("x")',
      '\\n',
      'END:VCARD',
      'a\r\nEND:VCARD',
    ),
    fc.constant('ä'.repeat(255)),
  )
  .map(cleanText);

/** Values of a contact that has at least one. */
export const someValues = fc
  .record(Object.fromEntries(contactFields.map(({ name }) => [name, text])))
  .map((values) => ({ ...emptyValues, ...values }))
  .filter((values) => Object.values(values).some((it) => it !== null));

export function exported(values: ContactInput): ExportedContact {
  return { contact: fakeContact(id, { ...emptyValues, ...values }), externalIds: {} };
}

/** Those of the values that are there. */
export function present(values: ContactInput): ContactInput {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}

/** A body that comes in pieces of some bytes. */
export async function* inPieces(content: string | Buffer, bytes = 65_536): AsyncGenerator<Buffer> {
  const whole = Buffer.from(content as string);
  for (let at = 0; at < whole.length; at += bytes) yield whole.subarray(at, at + bytes);
}

export async function collect(file: ContactFile): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for await (const entry of file.entries) entries.push(entry);
  return entries;
}
