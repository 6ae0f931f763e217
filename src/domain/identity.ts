import { domainToASCII } from 'node:url';
import { parsePhoneNumberFromString } from 'libphonenumber-js';
import isEmail from 'validator/lib/isEmail.js';
import { type ContactField, type ContactValues, contactFields, emptyValues } from './contact-fields.js';

const loneSurrogates = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/**
 * Text that PostgreSQL stores unchanged: no NUL (it refuses the row), no lone surrogate (it would come
 * back as U+FFFD and look changed for ever), composed form, no white space around. Empty becomes null.
 */
export function cleanText(raw: string): string | null {
  const text = raw.replaceAll('\0', '').replace(loneSurrogates, '').normalize('NFC').trim();
  return text === '' ? null : text;
}

/** The address by which contacts are matched: lower case, trimmed, its domain in ASCII (IDN). */
export function normalizeEmail(raw: string): string | null {
  const text = cleanText(raw)?.toLowerCase();
  if (!text) return null;
  const at = text.lastIndexOf('@');
  const domain = at > 0 ? domainToASCII(text.slice(at + 1)) : '';
  return domain ? `${text.slice(0, at)}@${domain}` : text;
}

/** E.164 where the number says its country (a leading + or 00); any other text is kept as it is. */
export function normalizePhone(raw: string): string | null {
  const text = cleanText(raw);
  if (!text) return null;
  const international = text.replace(/^00(?=[1-9])/, '+');
  const parsed = international.startsWith('+') ? parsePhoneNumberFromString(international) : undefined;
  return parsed?.isValid() && !parsed.ext ? parsed.number : text;
}

/** Whether the address can be written to: the check for what users type, not for what CRMs hold. */
export function isValidEmail(normalized: string): boolean {
  return isEmail.default(normalized, { allow_utf8_local_part: true });
}

const normalizers = { text: cleanText, email: normalizeEmail, phone: normalizePhone };

/** A value over its field's limit; the caller decides what becomes of it. */
export interface FieldFault {
  readonly field: ContactField;
  readonly message: string;
}

/** Every field normalised; what is too long is named, not cut. Fields not given come out null. */
export function normalizeValues(raw: Readonly<Partial<Record<ContactField, string | null | undefined>>>): {
  values: ContactValues;
  faults: FieldFault[];
} {
  const values: Record<ContactField, string | null> = { ...emptyValues };
  const faults: FieldFault[] = [];
  for (const { name, kind, maxLength } of contactFields) {
    const given = raw[name];
    if (given === null || given === undefined) continue;
    const value = given.length > maxLength * 4 ? given : normalizers[kind](given);
    if (value !== null && value.length > maxLength) {
      faults.push({
        field: name,
        message: `${name} has ${given.length} characters; at most ${maxLength} are kept.`,
      });
    } else values[name] = value;
  }
  return { values, faults };
}
