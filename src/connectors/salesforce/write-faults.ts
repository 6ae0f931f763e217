import type { ContactField } from '../../domain/index.js';
import type { WriteFault } from '../contract.js';
import { describeTooLong } from './field-lengths.js';
import type { OrgObject } from './org-objects.js';
import type { SaveError } from './write-calls.js';

/** The fields that a refusal speaks of. */
interface Blamed {
  readonly ours: readonly ContactField[];
  /** All of them: ours by our names, the org's own by theirs; '' where none is told. */
  readonly named: string;
}

interface Meaning {
  readonly code: WriteFault['code'];
  readonly words: (blamed: Blamed) => string;
  readonly retryable: boolean;
}

type Words = Meaning['words'];
const invalid = (words: Words): Meaning => ({ code: 'INVALID_RECORD', words, retryable: false });
const rejected = (words: Words): Meaning => ({ code: 'CRM_REJECTED', words, retryable: false });
const conflict = (words: Words): Meaning => ({ code: 'CONFLICT', words, retryable: false });
const later = (words: string): Meaning => ({ code: 'CRM_REJECTED', words: () => words, retryable: true });

const busy = later('Salesforce could not save this record for the moment. Sync again.');
const noAccess = rejected(
  ({ named }) =>
    `The connected Salesforce user may not change ${named || 'this record'}. Ask the administrator of the org for access, then sync again.`,
);
const ruleOfOrg = invalid(
  ({ named }) =>
    `A validation rule of this Salesforce org refuses ${named || 'this record'}. Ask the administrator of the org what it takes, correct the contact, then sync again.`,
);
const automation = rejected(
  () =>
    'A flow or trigger of this Salesforce org failed on this record. Ask the administrator of the org, then sync again.',
);
const taken = conflict(
  ({ named }) =>
    `Another record in Salesforce has the same value${named && ` for ${named}`}, which must be unique there. Change it here or there, then sync again.`,
);

/** By `statusCode` (SOAP guide, core data types, StatusCode). */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  [
    'REQUIRED_FIELD_MISSING',
    invalid(
      ({ named }) =>
        `Salesforce asks for ${named || 'a field'}, which this record lacks. Fill it in, or have the administrator of the org make it optional, then sync again.`,
    ),
  ],
  ['STRING_TOO_LONG', invalid(({ ours }) => describeTooLong(ours))],
  [
    'INVALID_EMAIL_ADDRESS',
    invalid(
      ({ named }) =>
        `Salesforce does not take ${named || 'email'} for an e-mail address. Correct it, then sync again.`,
    ),
  ],
  ['FIELD_CUSTOM_VALIDATION_EXCEPTION', ruleOfOrg],
  ['FIELD_FILTER_VALIDATION_EXCEPTION', ruleOfOrg],
  ['FIELD_INTEGRITY_EXCEPTION', ruleOfOrg],
  [
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    invalid(
      ({ named }) =>
        `The value of ${named || 'a field'} is not on its list in Salesforce. Choose one that is, or have the administrator of the org add it, then sync again.`,
    ),
  ],
  [
    'INVALID_CROSS_REFERENCE_KEY',
    invalid(
      ({ named }) =>
        `Salesforce misses a record that this one refers to${named && ` by ${named}`}. Correct it in Salesforce, then sync again.`,
    ),
  ],
  [
    'ENTITY_IS_DELETED',
    invalid(
      () => 'Salesforce misses a record that this one depends on. Correct it in Salesforce, then sync again.',
    ),
  ],
  [
    'CANNOT_UPDATE_CONVERTED_LEAD',
    rejected(
      () =>
        'This lead is converted: Salesforce no longer changes it. Change the contact that it became instead.',
    ),
  ],
  ['INSUFFICIENT_ACCESS', noAccess],
  ['INSUFFICIENT_ACCESS_OR_READONLY', noAccess],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', noAccess],
  ['INVALID_FIELD_FOR_INSERT_UPDATE', noAccess],
  ['INVALID_FIELD', noAccess],
  ['DELETE_NOT_ALLOWED', noAccess],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', automation],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', automation],
  [
    'DELETE_FAILED',
    rejected(
      () =>
        'Other records in Salesforce depend on this one, so it cannot be deleted. Remove them there, then sync again.',
    ),
  ],
  [
    'STORAGE_LIMIT_EXCEEDED',
    rejected(
      () => 'The data storage of this Salesforce org is full. Free some or buy more there, then sync again.',
    ),
  ],
  ['DUPLICATE_VALUE', taken],
  ['DUPLICATE_EXTERNAL_ID', taken],
  [
    'UNABLE_TO_LOCK_ROW',
    later('Somebody else was changing this record in Salesforce at the same time. Sync again.'),
  ],
  [
    'ENTITY_IS_LOCKED',
    later('This record is locked in Salesforce, as by an approval. Unlock it there, then sync again.'),
  ],
  ['SERVER_UNAVAILABLE', busy],
  ['UNKNOWN_EXCEPTION', busy],
  ['QUERY_TIMEOUT', busy],
  ['REQUEST_RUNNING_TOO_LONG', busy],
  ['REQUEST_LIMIT_EXCEEDED', busy],
  ['LIMIT_EXCEEDED', busy],
  ['TOO_MANY_APEX_REQUESTS', busy],
]);

/** What several errors of one record mean: all their words, and the first one's code. */
export function faultOf(object: OrgObject, errors: readonly SaveError[]): WriteFault {
  const told = errors.map(({ statusCode, fields }) => {
    const { words, ...meaning } = meanings.get(statusCode) ?? unknown(statusCode);
    return { ...meaning, message: words(blamedOf(object, fields ?? [])) };
  });
  const { code } = told[0]!;
  const message = [...new Set(told.map((it) => it.message))].join(' ');
  return { code, message, retryable: told.every((it) => it.retryable) };
}

function unknown(statusCode: string): Meaning {
  return rejected(
    ({ named }) =>
      `Salesforce refused this record${named && ` for ${named}`} (${statusCode}). Ask the administrator of the org, then sync again.`,
  );
}

/** A name of an org's own field holds no person's data; what is no name is left out. */
function blamedOf({ fields }: OrgObject, told: readonly string[]): Blamed {
  const oursOf = new Map(Object.entries(fields).map(([name, field]) => [field, name as ContactField]));
  const names = told.filter((it) => /^\w{1,80}$/.test(it));
  return {
    ours: names.flatMap((it) => oursOf.get(it) ?? []),
    named: names.map((it) => oursOf.get(it) ?? it).join(', '),
  };
}
