import { type ContactField, contactFields } from '../../domain/index.js';
import type { WriteFault } from '../contract.js';
import type { WriteError } from './write-calls.js';

/** How a user knows the fields. */
const words: Readonly<Record<ContactField, string>> = {
  firstName: 'first name',
  lastName: 'last name',
  email: 'e-mail address',
  phone: 'phone number',
  company: 'company name',
  title: 'job title',
};

/** HubSpot's codes for a value that it does not take, and what a user can do; %s is the field. */
const advice: Readonly<Record<string, string>> = {
  INVALID_EMAIL: 'HubSpot does not accept the %s (INVALID_EMAIL). Correct it, then sync again.',
  PROPERTY_VALUE_TOO_LONG: 'The %s is too long for HubSpot. Shorten it, then sync again.',
  INVALID_OPTION: 'HubSpot accepts only its own choices as the %s (INVALID_OPTION). Choose one of them.',
  INVALID_INTEGER: 'HubSpot accepts only a number as the %s (INVALID_INTEGER). Correct it, then sync again.',
  READ_ONLY_VALUE: 'HubSpot does not let the %s be changed (READ_ONLY_VALUE). Change it in HubSpot.',
};
const anyAdvice = 'HubSpot does not accept the %s. Correct it, then sync again.';

/** Of the account, not of the record. */
const missingProperty = 'PROPERTY_DOESNT_EXIST';

/** What passes by itself (error handling guide). */
const passing: ReadonlySet<string> = new Set([
  'INTERNAL_ERROR',
  'SERVICE_UNAVAILABLE',
  'RATE_LIMITS',
  'LOCKED',
  'MIGRATION_IN_PROGRESS',
]);

/** HubSpot can hold nobody without one of them (contacts guide). */
export const namelessFault: WriteFault = {
  code: 'INVALID_RECORD',
  message: 'HubSpot needs an e-mail address, a first name or a last name. Add one, then sync again.',
  retryable: false,
};

/** Of a record that was refused together with others, and not looked at alone. */
export const leftOutFault: WriteFault = {
  code: 'CRM_REJECTED',
  message: 'HubSpot refused this contact together with others that it does not accept. Sync again.',
  retryable: true,
};

/** Why HubSpot refused a record, in our words: its own may hold a person's data. */
export function faultOf(error: WriteError): WriteFault {
  const { category } = error;
  if (category === 'CONFLICT') {
    const message =
      'Another contact in HubSpot has this e-mail address. Merge the two in HubSpot, or change the address here.';
    return { code: 'CONFLICT', message, retryable: false };
  }
  if (category !== 'VALIDATION_ERROR') {
    const told = /^[A-Z_]{1,64}$/.test(category) ? ` (${category})` : '';
    const message = `HubSpot refused this contact${told}. Sync again later.`;
    return { code: 'CRM_REJECTED', message, retryable: passing.has(category) };
  }
  const faults = valueFaultsOf(error);
  const code = faults.some((fault) => fault.code === missingProperty) ? 'CRM_REJECTED' : 'INVALID_RECORD';
  const sentences = new Set(faults.map(sentenceOf));
  if (sentences.size === 0) sentences.add('HubSpot does not accept this contact. Check its values.');
  return { code, message: [...sentences].join(' '), retryable: false };
}

/**
 * The id of the contact that has the address already. HubSpot tells it in its message alone ("Contact already exists.
 * Existing ID: 3401", as captured): the one place where words of a message are read.
 */
export function existingIdOf({ category, message }: WriteError): string | null {
  if (category !== 'CONFLICT') return null;
  return /Existing ID: (\d{1,30})\b/.exec(message)?.[1] ?? null;
}

interface ValueFault {
  readonly field: ContactField;
  /** HubSpot's code; any text. */
  readonly code: string;
}

function sentenceOf({ field, code }: ValueFault): string {
  if (code === missingProperty)
    return `This HubSpot account has no property for the ${words[field]}. Ask its administrator.`;
  return (Object.hasOwn(advice, code) ? advice[code]! : anyAdvice).replace('%s', words[field]);
}

/** Names and codes only, and only of our fields. A batch tells them in its message alone, as a list in JSON. */
function valueFaultsOf({ errors, message }: WriteError): ValueFault[] {
  const told = errors.flatMap(({ code, context }) =>
    (context.propertyName ?? []).map((name) => ({ name, code })),
  );
  const listed = told.length > 0 ? told : listIn(message);
  return listed.flatMap(({ name, code }) => {
    const field = contactFields.find(({ platforms }) => platforms.HUBSPOT === name)?.name;
    return field ? [{ field, code }] : [];
  });
}

function listIn(message: string): { name: unknown; code: string }[] {
  const begin = message.indexOf('[{');
  if (begin < 0) return [];
  try {
    const list = JSON.parse(message.slice(begin)) as readonly { name?: unknown; error?: unknown }[];
    return list.map(({ name, error }) => ({ name, code: String(error) }));
  } catch {
    return [];
  }
}
