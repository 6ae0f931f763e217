import { isUtf8 } from 'node:buffer';
import ICAL from 'ical.js';
import type { ContactInput } from '../../commands/index.js';
import { badInput, cleanText } from '../../domain/index.js';
import { splitCards } from './card-splitter.js';
import { badEntry, type ContactFile, type EntryFault, type FileEntry, notUtf8 } from './file-entry.js';
import { modernizeCard } from './old-card.js';

/** Contacts from a file of vCards (2.1, 3.0, 4.0), card by card. @throws AppError BAD_USER_INPUT, from the entries, when there is no card */
export async function openCards(body: AsyncIterable<Buffer>): Promise<ContactFile> {
  return { ignoredColumns: [], entries: readEntries(body) };
}

async function* readEntries(body: AsyncIterable<Buffer>): AsyncGenerator<FileEntry> {
  let isEmpty = true;
  for await (const { number, line, content } of splitCards(body)) {
    isEmpty = false;
    yield { line, card: number, content: Buffer.isBuffer(content) ? readCard(content) : content };
  }
  if (isEmpty)
    throw badInput('body', 'There is no vCard in the file: a card is from BEGIN:VCARD to END:VCARD.');
}

export function readCard(bytes: Buffer): ContactInput | EntryFault {
  if (!isUtf8(bytes)) return notUtf8;
  try {
    const text = modernizeCard(bytes.toString('utf8').replace(/^\ufeff/, ''));
    return readFields(new ICAL.Component(ICAL.parse(setAsideBackslashes(text))));
  } catch {
    // What the parser says quotes the card, and says little to who did not write it by hand.
    return badEntry('The card cannot be read: it does not follow the vCard format.');
  }
}

/** Stands for a backslash while the card is parsed; no contact keeps a NUL. */
const backslash = '\0';

/** ical.js takes a semicolon for escaped though it is the backslash before it that is. */
function setAsideBackslashes(text: string): string {
  const unfolded = text.replaceAll(backslash, '').replace(/\r?\n[ \t]/g, '');
  return unfolded.replace(/\\[^\r\n]/g, (pair) => (pair === '\\\\' ? backslash : pair));
}

function readFields(card: ICAL.Component): ContactInput {
  const company = componentsOf(card.getFirstProperty('org'))[0];
  const fields = {
    ...readName(card),
    email: firstOf(card, 'email')?.replace(/^mailto:/i, ''),
    phone: firstOf(card, 'tel')?.replace(/^tel:/i, ''),
    company,
    title: textOf(card.getFirstProperty('title')),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => cleanText(value ?? '') !== null));
}

/** From N; where a card of 4.0 has none, from FN, whose last word is taken for the family's. */
function readName(card: ICAL.Component): ContactInput {
  const name = card.getFirstProperty('n');
  if (name) {
    const [lastName, firstName] = componentsOf(name);
    return { lastName, firstName };
  }
  const full = textOf(card.getFirstProperty('fn'))?.trim() ?? '';
  const gap = full.lastIndexOf(' ');
  return gap === -1 ? { firstName: full } : { firstName: full.slice(0, gap), lastName: full.slice(gap + 1) };
}

/** The parts between semicolons; several values of one part are one text. */
function componentsOf(property: ICAL.Property | null): string[] {
  if (!property) return [];
  const value: unknown = property.getFirstValue();
  const parts: unknown[] = Array.isArray(value) ? value : [value];
  return parts
    .map((it) => (Array.isArray(it) ? it.join(' ') : String(it)))
    .map((it) => it.replaceAll(backslash, '\\'));
}

function textOf(property: ICAL.Property | null): string | undefined {
  return componentsOf(property)[0];
}

/** The value that its owner prefers, a fax's number last. */
function firstOf(card: ICAL.Component, name: string): string | undefined {
  const ranked = card.getAllProperties(name).map((property) => ({ property, rank: rankOf(property) }));
  const best = ranked.filter(({ property }) => textOf(property)?.trim()).sort((a, b) => a.rank - b.rank)[0];
  return best && textOf(best.property);
}

const leastPreferred = 100;

/** Lower is preferred: PREF of 4.0 from 1 to 100, TYPE=pref of 3.0. */
function rankOf(property: ICAL.Property): number {
  const types = [property.getParameter('type') ?? []].flat().flatMap((it) => it.toLowerCase().split(','));
  const preference = Number(property.getParameter('pref'));
  const rank = types.includes('pref') ? 1 : preference >= 1 ? preference : leastPreferred + 1;
  return types.includes('fax') ? rank + 2 * leastPreferred : rank;
}
