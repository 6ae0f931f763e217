import { createHash } from 'node:crypto';
import { type ContactValues, contactFields } from './contact-fields.js';

/** What was found when a whole reading was held against the CRM. */
export interface SyncVerification {
  /** How many records the CRM says it holds; null where it does not tell. */
  readonly crmTotal: number | null;
  /** Linked records that are alive. */
  readonly held: number;
  /** Records that the CRM holds and we do not. */
  readonly missing: number;
  /** Of those, the ones that the run could not take. */
  readonly failed: number;
  /** Records that were read again and compared. */
  readonly sampled: number;
  /** Ids in the CRM of the compared records that are not as we hold them. */
  readonly differing: readonly string[];
  /** In words: `missing 0`, or what is missing. */
  readonly message: string;
  readonly at: Date;
}

type Findings = Pick<SyncVerification, 'crmTotal' | 'held' | 'failed' | 'sampled' | 'differing'>;

/** The findings with what they say. */
export function describeVerification(findings: Findings, at: Date): SyncVerification {
  const { crmTotal, held, sampled, differing } = findings;
  const missing = Math.max(0, (crmTotal ?? held) - held);
  const failed = Math.min(findings.failed, missing);
  const parts = [countWords(findings, missing, failed)];
  if (sampled > 0 && differing.length === 0) parts.push(`${sampled} compared, all equal`);
  if (differing.length > 0)
    parts.push(`${differing.length} of ${sampled} compared differ: read everything again`);
  return { crmTotal, held, missing, failed, sampled, differing, message: `${parts.join('; ')}.`, at };
}

function countWords({ crmTotal, held }: Findings, missing: number, failed: number): string {
  if (crmTotal === null) return `the CRM does not tell its total; ${held} are held`;
  const words = `missing ${missing} of ${crmTotal}`;
  if (held > crmTotal) return `${words}; ${held - crmTotal} more are held than the CRM counts now`;
  if (missing === 0) return words;
  if (failed === missing) return `${words}: could not be taken, recordErrors says why`;
  const rest = `${missing - failed} came after the reading, or were passed over: read everything again`;
  return failed === 0
    ? `${words}: ${rest}`
    : `${words}: ${failed} could not be taken (recordErrors), ${rest}`;
}

/** Equal for equal values, whatever order their fields are in. */
export function hashValues(values: ContactValues): string {
  const hash = createHash('sha256');
  for (const { name } of contactFields) hash.update(JSON.stringify(values[name] ?? null));
  return hash.digest('base64');
}
