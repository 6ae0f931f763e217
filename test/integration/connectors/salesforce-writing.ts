import type { RecordWrite, Stream, WriteOutcome } from '../../../src/connectors/index.js';
import { type ContactField, type ContactValues, emptyValues } from '../../../src/domain/index.js';
import { connectOrg, controlOrg } from './salesforce-org.js';

const signal = new AbortController().signal;

/** An org that is connected, and what its records are written and read with. */
export async function openWriting(url: string, account: string) {
  const crm = await connectOrg(url, account);
  const [contacts, leads] = [crm.streams[0]!, crm.streams[1]!];
  return {
    ...{ crm, contacts, leads, org: controlOrg(url, account) },
    /** As the engine sends them: as many at once as the writer takes. */
    async write(writes: readonly RecordWrite[], stream = contacts): Promise<Map<string, WriteOutcome>> {
      const outcomes: WriteOutcome[] = [];
      const most = writes[0] ? stream.writer!.most[writes[0].kind] : 1;
      for (let at = 0; at < writes.length; at += most)
        outcomes.push(...(await stream.writer!.write(crm.session, writes.slice(at, at + most), signal)));
      return new Map(outcomes.map((it) => [it.id, it]));
    },
    /** The values that the stream reads of these records now. */
    async readBack(ids: readonly string[], stream = contacts): Promise<Map<string, ContactValues>> {
      const found = new Map<string, ContactValues>();
      for (let at = 0; at < ids.length; at += 200) {
        const { records } = await stream.readById(crm.session, ids.slice(at, at + 200), signal);
        for (const { externalId, values } of records) found.set(externalId, values);
      }
      return found;
    },
  };
}

export function create(
  id: string,
  values: Partial<ContactValues>,
  sentAt: Date | null = null,
): Extract<RecordWrite, { kind: 'CREATE' }> {
  return { kind: 'CREATE', id, sentAt, values: { ...emptyValues, ...values } };
}

export function update(
  id: string,
  externalId: string,
  values: ContactValues,
  changed: readonly ContactField[],
): RecordWrite {
  return { kind: 'UPDATE', id, externalId, values, changed };
}

export function remove(id: string, externalId: string): RecordWrite {
  return { kind: 'DELETE', id, externalId };
}

/** Creations of people of whom the org has none. */
export function people(count: number, prefix = 'p') {
  return Array.from({ length: count }, (_none, i) =>
    create(`${prefix}${i}`, { firstName: `F${i}`, lastName: `L${i}`, email: `${prefix}${i}@new.example` }),
  );
}

export function idOf(outcome: WriteOutcome | undefined): string {
  if (outcome?.kind !== 'DONE') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.externalId;
}

/** The fields that records of the stream have for their own. */
export function own(stream: Stream, values: ContactValues | undefined) {
  return Object.fromEntries(stream.writer!.fields.map((field) => [field, values?.[field]]));
}
