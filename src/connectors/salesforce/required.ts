import { type ContactField, type ContactValues, cleanText } from '../../domain/index.js';
import type { OrgObject } from './org-objects.js';

/** Salesforce's own word for what it insists on and nobody gave. */
const notProvided = '[not provided]';

interface LastName {
  readonly value: string;
  /** The field that it was taken from; null: from none. */
  readonly from: ContactField | null;
}

/**
 * The values with what the object insists on. No last name: the first name stands in, and leaves its own place so that
 * nobody is called twice; else the part of the e-mail before the @, else the phone. Of what was filled in this way
 * everything is filled already, so filling it again changes nothing.
 */
export function fillRequired({ required }: OrgObject, values: ContactValues): ContactValues {
  const company = required.includes('company') ? (values.company ?? notProvided) : values.company;
  const { value: lastName, from } = lastNameOf(values);
  return { ...values, firstName: from === 'firstName' ? null : values.firstName, lastName, company };
}

/** The last name that is sent of these values, and whence it comes. */
export function lastNameOf({ firstName, lastName, email, phone }: ContactValues): LastName {
  if (lastName !== null) return { value: lastName, from: 'lastName' };
  if (firstName !== null) return { value: firstName, from: 'firstName' };
  const local = email === null ? null : cleanText(email.slice(0, Math.max(0, email.lastIndexOf('@'))));
  if (local !== null) return { value: local, from: 'email' };
  return phone === null ? { value: notProvided, from: null } : { value: phone, from: 'phone' };
}
