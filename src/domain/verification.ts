import { createHash } from 'node:crypto';
import { type ContactValues, contactFields } from './contact-fields.js';

/** The proof of completeness: what we hold after a run that has read everything, against the CRM's own word. */
export interface SyncVerification {
  /** How many records the CRM says it holds; null where it does not tell. */
  readonly crmTotal: number | null;
  /** How many living records of the CRM our contacts are linked to. */
  readonly held: number;
  /** What the CRM holds and we do not; null where the CRM does not tell its total. */
  readonly missing: number | null;
  /** Records that the run could not take. */
  readonly failed: number;
  /** How many records were read again, by a random choice, and compared. */
  readonly sampled: number;
  /** Those of them whose values differ from ours: the CRM's own ids. */
  readonly differing: readonly string[];
  /** `missing 0`, or what is missing, in words. */
  readonly message: string;
  readonly at: Date;
}

/** What was found when a run was held against its CRM. */
export type VerificationFacts = Pick<
  SyncVerification,
  'crmTotal' | 'held' | 'failed' | 'sampled' | 'differing'
>;

/** What the facts mean, in words for the run's user. Pure. */
export function verdictOf(facts: VerificationFacts, crmName: string, at: Date): SyncVerification {
  const { crmTotal, held } = facts;
  const missing = crmTotal === null ? null : Math.max(0, crmTotal - held);
  return { ...facts, missing, message: wordsOf(facts, missing, crmName), at };
}

/** The proof that could not be had, and why. */
export function unprovenOf(
  { held, failed }: Pick<SyncVerification, 'held' | 'failed'>,
  reason: string,
  at: Date,
): SyncVerification {
  const message = `Not verified: ${reason}`;
  return { crmTotal: null, held, missing: null, failed, sampled: 0, differing: [], message, at };
}

function wordsOf(facts: VerificationFacts, missing: number | null, crmName: string): string {
  const { crmTotal, held, failed, sampled, differing } = facts;
  const failures = `${records(failed)} failed, see recordErrors`;
  const unread = (missing ?? 0) - failed;
  const surplus = crmTotal === null ? 0 : held - crmTotal;
  const first =
    crmTotal === null || missing === null
      ? `${crmName} does not tell how many records it holds; ${records(held)} held`
      : missing === 0
        ? 'missing 0'
        : `missing ${number(missing)} of ${number(crmTotal)}: ${failed > 0 ? failures : whyUnread(unread)}`;
  return [
    first,
    failed > 0 && !missing && failures,
    failed > 0 && unread > 0 && whyUnread(unread),
    surplus > 0 && `${records(surplus)} held that ${crmName} does not count`,
    differing.length > 0 && `${number(differing.length)} of ${number(sampled)} sampled differ, see differing`,
  ]
    .filter((part) => part !== false)
    .join('; ');
}

function whyUnread(count: number): string {
  return `${records(count)} not taken over, sync again in mode FULL`;
}

function records(count: number): string {
  return `${number(count)} ${count === 1 ? 'record' : 'records'}`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

/** SHA-256 over all fields in their declared order: equal exactly where the values are. */
export function hashValues(values: ContactValues): string {
  const inOrder = contactFields.map(({ name }) => values[name]);
  return createHash('sha256').update(JSON.stringify(inOrder)).digest('hex');
}
