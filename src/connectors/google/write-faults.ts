import { z } from 'zod';
import type { WriteFault } from '../contract.js';
import { unavailable } from '../kit/http.js';
import type { Rejected } from './errors.js';
import { isPassing, rpc } from './rpc-codes.js';

/** What Google says of one contact that it did not write (google.rpc.Status). */
export interface ContactStatus {
  readonly code: number;
  /** Paths of the fields that it names, such as `person.names.givenName`. */
  readonly paths: readonly string[];
}

const violation = z.object({ field: z.string().max(256) });
const statusShape = z.object({ code: z.int().positive(), details: z.array(z.unknown()).nullish() });
const badRequest = z.object({ fieldViolations: z.array(z.unknown()) });
const batchErrors = z.object({ contactErrors: z.record(z.string(), z.unknown()) });

const codes: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: rpc.invalidArgument,
  NOT_FOUND: rpc.notFound,
  FAILED_PRECONDITION: rpc.failedPrecondition,
};

/** A status other than OK; undefined where it is OK or none. */
export function readStatus(raw: unknown): ContactStatus | undefined {
  const { data } = statusShape.safeParse(raw);
  return data && { code: data.code, paths: pathsIn(data.details ?? []) };
}

/** What a refusal of a whole call says of the only contact in it; undefined where it speaks of no contact. */
export function wholeStatus({ word, details }: Rejected): ContactStatus | undefined {
  const code = codes[word ?? ''];
  return code === undefined ? undefined : { code, paths: pathsIn(details) };
}

/**
 * What a refused batch says of its contacts (BatchCreateContactsErrorDetails by place, BatchUpdateContactsErrorDetails
 * by name): none of them was written.
 *
 * @throws AppError CRM_UNAVAILABLE (backoff) where it tells of what may be over the next time.
 */
export function statusesIn({ word, details }: Rejected): ReadonlyMap<string, ContactStatus> {
  const told = details.flatMap((it) => Object.entries(batchErrors.safeParse(it).data?.contactErrors ?? {}));
  const statuses = told.flatMap(([key, raw]): [string, ContactStatus][] => {
    const status = readStatus(raw);
    return status ? [[key, status]] : [];
  });
  if (word === 'ABORTED' || statuses.some(([, { code }]) => isPassing(code))) throw busy();
  return new Map(statuses);
}

function busy() {
  return unavailable('GOOGLE', 'Google could not change the contacts just now; trying again soon.');
}

function pathsIn(details: readonly unknown[]): string[] {
  const violations = details.flatMap((it) => badRequest.safeParse(it).data?.fieldViolations ?? []);
  return violations.flatMap((it) => violation.safeParse(it).data?.field ?? []);
}

const words: readonly (readonly [pattern: RegExp, field: string])[] = [
  [/given_?name/i, 'firstName'],
  [/family_?name/i, 'lastName'],
  [/email_?addresses/i, 'email'],
  [/phone_?numbers/i, 'phone'],
  [/organizations.*\btitle/i, 'title'],
  [/organizations.*\bname/i, 'company'],
  [/organizations/i, 'company or title'],
  [/\bnames\b/i, 'firstName or lastName'],
];

/** In words of ours: Google's own may hold a person's data. */
export function faultOf({ code, paths }: ContactStatus): WriteFault {
  if (code === rpc.failedPrecondition) {
    const message =
      'Google does not take this contact in the state of the account: it may hold as many contacts as it can. Delete some there, then try again.';
    return { code: 'CRM_REJECTED', message, retryable: true };
  }
  if (code !== rpc.invalidArgument) {
    const message = `Google does not let this contact be written (code ${code}). Look at it in Google Contacts.`;
    return { code: 'CRM_REJECTED', message, retryable: false };
  }
  const fields = [
    ...new Set(paths.flatMap((path) => words.find(([pattern]) => pattern.test(path))?.[1] ?? [])),
  ];
  const what = fields.length > 0 ? `the ${fields.join(', ')} of this contact` : 'this contact';
  return {
    code: 'INVALID_RECORD',
    message: `Google does not take ${what}. Shorten or correct it.`,
    retryable: false,
  };
}
