import type { RecordWrite, WriteOutcome } from '../../../../src/connectors/contract.js';
import { createRules } from '../../../../src/connectors/salesforce/limits.js';
import { orgObjects } from '../../../../src/connectors/salesforce/org-objects.js';
import { createObjectWriter } from '../../../../src/connectors/salesforce/writer.js';
import { type ContactField, type ContactValues, emptyValues } from '../../../../src/domain/index.js';
import type { FakeOrg } from './fake-org.js';

const rules = createRules({ requestsPerDay: 15_000, reserve: 0 });
const signal = new AbortController().signal;
const [contact, lead, leadAlone] = orgObjects;

export const writers = {
  contacts: createObjectWriter(contact!, rules),
  leads: createObjectWriter(lead!, rules),
  leadsAlone: createObjectWriter(leadAlone!, rules),
};

export const create = (
  id: string,
  values: Partial<ContactValues>,
  sentAt: Date | null = null,
): RecordWrite => ({
  kind: 'CREATE',
  id,
  values: { ...emptyValues, ...values },
  sentAt,
});

export const update = (
  id: string,
  externalId: string,
  values: Partial<ContactValues>,
  changed = Object.keys(values) as ContactField[],
): RecordWrite => ({ kind: 'UPDATE', id, externalId, values: { ...emptyValues, ...values }, changed });

export const remove = (id: string, externalId: string): RecordWrite => ({ kind: 'DELETE', id, externalId });

/** The outcomes by the ids of the writes. */
export async function write(
  org: FakeOrg,
  writes: readonly RecordWrite[],
  writer = writers.contacts,
): Promise<Record<string, WriteOutcome>> {
  const outcomes = await writer.write(org.session, writes, signal);
  if (outcomes.length !== writes.length) throw new Error(`${outcomes.length} outcomes of ${writes.length}`);
  return Object.fromEntries(outcomes.map((it) => [it.id, it]));
}

/** A record's refusal by Salesforce. */
export const refusal = (statusCode: string, fields: readonly string[] = [], more: object = {}) => ({
  success: false,
  errors: [{ statusCode, message: 'Anna Berg <anna@x.se> is wrong', fields, ...more }],
});

export const fault = (outcome: WriteOutcome | undefined) =>
  outcome?.kind === 'REFUSED' ? outcome.fault : undefined;
