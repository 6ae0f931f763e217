import type { ContactField, ContactValues } from '../../domain/index.js';
import type { WriteFault } from '../contract.js';
import type { OrgObject } from './org-objects.js';
import { fillRequired, lastNameOf } from './required.js';

/** In characters (Field Reference, Contact and Lead). Of standard fields no org can change it. */
const lengths: Readonly<Record<ContactField, number>> = {
  firstName: 40,
  lastName: 80,
  email: 80,
  phone: 40,
  company: 255,
  title: 128,
};

/** What is too long of the fields that would be sent; undefined where nothing is. */
export function findTooLong(
  object: OrgObject,
  values: ContactValues,
  sent: readonly ContactField[],
): WriteFault | undefined {
  const filled = fillRequired(object, values);
  const words = sent.flatMap((field) => {
    // By code points, so that nothing is refused here that Salesforce may take: how it counts is not told.
    const count = [...(filled[field] ?? '')].length;
    if (count <= lengths[field]) return [];
    // What stands in for the last name is wrong in its own place.
    const named = field === 'lastName' ? (lastNameOf(values).from ?? field) : field;
    return [`${limitWords(named, lengths[field])}; this one has ${count}.`];
  });
  if (words.length === 0) return undefined;
  const message = `${words.join(' ')} ${shorten}`;
  return { code: 'INVALID_RECORD', message, retryable: false };
}

/** For a refusal by Salesforce, which tells the fields and no numbers. */
export function describeTooLong(fields: readonly ContactField[]): string {
  const words = fields.map((field) => `${limitWords(field, lengths[field])}.`);
  return `${words.length > 0 ? words.join(' ') : 'A value of this record is too long for Salesforce.'} ${shorten}`;
}

const shorten = 'Shorten it, then sync again.';

function limitWords(field: ContactField, length: number): string {
  return `Salesforce takes at most ${length} characters for ${field}`;
}
