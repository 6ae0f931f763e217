import { z } from 'zod';
import { unreadable } from './errors.js';
import type { Org, OrgReply } from './org.js';

/** The most records in one collection (REST guide, sObject Collections). */
export const collectionMax = 200;

const id = z.string().regex(/^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/);

const saveError = z.object({
  statusCode: z.string().regex(/^\w{1,80}$/),
  /** Names of Salesforce's fields. */
  fields: z.array(z.string()).nullish(),
  /** What a duplicate rule found, as Salesforce spells it, and as its documents do. */
  duplicateResut: z.unknown().optional(),
  duplicateResult: z.unknown().optional(),
});

const saveResult = z.discriminatedUnion('success', [
  z.object({ success: z.literal(true), id }),
  z.object({ success: z.literal(false), errors: z.array(saveError).min(1) }),
]);

export type SaveError = z.infer<typeof saveError>;
/** What became of one record of a collection. */
export type SaveResult = z.infer<typeof saveResult>;

/** A record as it is sent: Salesforce's names, with its type; on update with its id. */
export type SentRecord = Readonly<Record<string, unknown>>;

/**
 * The calls that writing takes. Each record is saved by itself; the results come in the order of what was sent. No
 * header says otherwise, so an org's duplicate rules hold.
 */
export interface WriteCalls {
  create(records: readonly SentRecord[]): Promise<readonly SaveResult[]>;
  update(records: readonly SentRecord[]): Promise<readonly SaveResult[]>;
  remove(ids: readonly string[]): Promise<readonly SaveResult[]>;
}

const path = '/composite/sobjects';

export function createWriteCalls(org: Org): WriteCalls {
  const save = async (method: 'POST' | 'PATCH', records: readonly SentRecord[]) =>
    resultsOf(await org.request({ method, path, body: { allOrNone: false, records } }), records.length);
  return {
    create: (records) => save('POST', records),
    update: (records) => save('PATCH', records),
    // 200 ids take 4,200 bytes of the 16,384 that an address may have.
    async remove(ids) {
      const query = new URLSearchParams({ ids: ids.join(','), allOrNone: 'false' });
      return resultsOf(await org.request({ method: 'DELETE', path: `${path}?${query}` }), ids.length);
    },
  };
}

/** Only their place tells whose results they are: one more or less, and all could be another's. */
function resultsOf({ body }: OrgReply, count: number): readonly SaveResult[] {
  const parsed = z.array(saveResult).length(count).safeParse(body);
  if (parsed.success) return parsed.data;
  throw unreadable('the outcome of a change');
}
