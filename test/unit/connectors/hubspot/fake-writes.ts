import type { RecordWrite, WriteOutcome } from '../../../../src/connectors/contract.js';
import { createRules } from '../../../../src/connectors/hubspot/limits.js';
import { createContactsWriter } from '../../../../src/connectors/hubspot/writer.js';
import type { ApiReply, ApiRequest, HttpSession } from '../../../../src/connectors/kit/session.js';
import { type ContactValues, emptyValues } from '../../../../src/domain/index.js';

export interface Input {
  readonly id?: string;
  readonly objectWriteTraceId: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** What HubSpot answers: a status and a body. */
export type Answer = readonly [status: number, body?: unknown];

const wide = { limit: 1_000, windowMs: 1_000 };
const rules = createRules({ app: undefined, account: wide, search: wide });

/** A writer over a session that answers as a test says. */
export function openWriter(answer: (inputs: readonly Input[], request: ApiRequest) => Answer) {
  const asked: ApiRequest[] = [];
  const session: HttpSession = {
    accountId: '62515',
    calls: 0,
    call: async (request) => {
      asked.push(request);
      const { inputs = [] } = request.body as { inputs?: Input[] };
      const [status, body] = answer(inputs, request);
      return { status, body, headers: {}, at: null } satisfies ApiReply;
    },
  };
  const writer = createContactsWriter({ appUrl: 'https://app.hubspot.com', rules });
  const write = (...writes: RecordWrite[]): Promise<readonly WriteOutcome[]> =>
    writer.write(session, writes, new AbortController().signal);
  return { asked, write, writer };
}

const person = (values: Partial<ContactValues>): ContactValues => ({ ...emptyValues, ...values });

export function creation(
  id: string,
  values: Partial<ContactValues>,
  sentAt: Date | null = null,
): RecordWrite {
  return { kind: 'CREATE', id, values: person(values), sentAt };
}

export function update(id: string, externalId: string, values: Partial<ContactValues>): RecordWrite {
  const changed = Object.keys(values) as (keyof ContactValues)[];
  return { kind: 'UPDATE', id, externalId, values: person(values), changed };
}

export function madeOf({ objectWriteTraceId, properties }: Input, id: string): object {
  const now = '2026-03-01T00:00:00.000Z';
  return {
    ...{ id, objectWriteTraceId, createdAt: now, updatedAt: now, archived: false },
    properties: { ...properties, hs_object_id: id, createdate: now, lastmodifieddate: now },
  };
}

export function errorOf(category: string, message: string, ...traces: string[]): object {
  const context = traces.length > 0 ? { objectWriteTraceId: traces } : {};
  return { status: 'error', category, message, context, subCategory: null, links: {}, errors: [] };
}

/** HubSpot's list of what is wrong with values, in its message. */
export function valueError(name: string, code: string, value: string, ...traces: string[]): object {
  const list = [{ isValid: false, message: `${value} is wrong`, error: code, name }];
  return errorOf('VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(list)}`, ...traces);
}
