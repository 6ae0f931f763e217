import ICAL from 'ical.js';
import type { ExportedContact } from '../../commands/index.js';

/** vCard 3.0, which every address book reads; Outlook and Google Contacts do not read 4.0. */
const version = '3.0';

export function writeCards(contacts: readonly ExportedContact[]): string {
  return contacts.map((it) => `${writeCard(it)}\r\n`).join('');
}

function writeCard({ contact }: ExportedContact): string {
  const { firstName, lastName, email, phone, company, title } = contact;
  const name = [firstName, lastName].filter((it) => it !== null).join(' ');
  const card = new ICAL.Component('vcard');
  card.addPropertyWithValue('version', version);
  addText(card, 'uid', `urn:uuid:${contact.id}`);
  // Every card must have one.
  addText(card, 'fn', name || (company ?? contact.displayName));
  addParts(card, 'n', [lastName ?? '', firstName ?? '', '', '', '']);
  addText(card, 'email', email);
  addText(card, 'tel', phone, plainNumber.test(phone ?? '') ? 'phone-number' : 'text');
  if (company !== null) addParts(card, 'org', [company]);
  addText(card, 'title', title);
  addText(card, 'rev', `${contact.updatedAt.toISOString().slice(0, 19)}Z`, 'date-time');
  return card.toString();
}

/** Numbers as most programs write them; other text in a phone's place is marked as text, so that it is escaped. */
const plainNumber = /^[\d+(). /-]*$/;

function addText(card: ICAL.Component, name: string, value: string | null, type = 'text'): void {
  if (value !== null) card.addProperty(new ICAL.Property([name, {}, type, oneBreak(value)]));
}

function addParts(card: ICAL.Component, name: string, parts: readonly string[]): void {
  card.addProperty(new ICAL.Property([name, {}, 'text', parts.map(oneBreak)]));
}

/** A vCard has one way to write a line break within a value; a carriage return would end its line. */
function oneBreak(value: string): string {
  return value.replace(/\r\n?/g, '\n');
}
