import { z } from 'zod';
import type { ApiReply, HttpSession } from '../kit/session.js';
import { contactsPath } from './calls.js';
import { classify, unreadable } from './errors.js';
import type { HubspotRules } from './limits.js';

/** One record of a batch, as HubSpot takes it; a creation has no id. */
export interface BatchInput {
  readonly id?: string;
  /** Ours. Only where every input has one of its own, HubSpot takes the good ones beside the bad (207). */
  readonly objectWriteTraceId: string;
  /** By HubSpot's names; "" clears a value. */
  readonly properties: Readonly<Record<string, string>>;
}

const texts = z.record(z.string(), z.array(z.string()).catch([])).catch({});

/** HubSpot's error body, of one input or of a whole call. It promises none of its fields (error handling guide). */
const errorShape = z.object({
  category: z.string().catch(''),
  message: z.string().catch(''),
  context: texts,
  errors: z.array(z.object({ code: z.string().catch(''), context: texts })).catch([]),
});
export type WriteError = z.infer<typeof errorShape>;

const resultShape = z.looseObject({
  id: z.string(),
  objectWriteTraceId: z.string().nullish(),
  properties: z.record(z.string(), z.unknown()).catch({}),
});
export type WriteResult = z.infer<typeof resultShape>;

const replyShape = z.object({ results: z.array(resultShape), errors: z.array(errorShape).nullish() });

/** What became of a batch: HubSpot refused it as a whole for what is in it, or answered for its inputs. */
export type BatchAnswer =
  | { readonly refusal: WriteError }
  | { readonly results: readonly WriteResult[]; readonly errors: readonly WriteError[] };

/** The calls that write contacts, at most 100 of them (spec contacts-2026-03). */
export interface WriteCalls {
  create(inputs: readonly BatchInput[]): Promise<BatchAnswer>;
  update(inputs: readonly BatchInput[]): Promise<BatchAnswer>;
  /** HubSpot answers for all at once (204), also for those that were archived before. */
  archive(inputs: readonly BatchInput[]): Promise<BatchAnswer>;
}

/** What HubSpot says of a batch because of a record in it. */
const refusals = [400, 404, 409];

export function createWriteCalls(session: HttpSession, rules: HubspotRules, signal: AbortSignal): WriteCalls {
  const post = async (verb: string, inputs: readonly object[], read: (body: unknown) => BatchAnswer) => {
    const request = { method: 'POST', path: `${contactsPath}/batch/${verb}`, body: { inputs } } as const;
    const limits = rules.ofCall(session.accountId);
    const reply = await session.call({ ...request, handsOn: refusals, ...limits }, signal);
    return reply.status < 300 ? read(reply.body) : { refusal: readRefusal(reply) };
  };
  return {
    create(inputs) {
      const creations = inputs.map((input) => ({ ...input, associations: [] }));
      return post('create', creations, readAnswer);
    },
    update: (inputs) => post('update', inputs, readAnswer),
    archive(inputs) {
      const ids = inputs.map(({ id }) => ({ id }));
      return post('archive', ids, () => ({ results: inputs.map(archivedOf), errors: [] }));
    },
  };
}

/** @throws AppError where it is not for a record of the batch */
function readRefusal(reply: ApiReply): WriteError {
  const error = classify(reply);
  if (error.code !== 'INVALID_RECORD' && error.code !== 'CONFLICT') throw error;
  const refusal = errorShape.safeParse(reply.body).data ?? errorShape.parse({});
  return error.code === 'CONFLICT' ? { ...refusal, category: 'CONFLICT' } : refusal;
}

function archivedOf({ id = '', objectWriteTraceId }: BatchInput): WriteResult {
  return { id, objectWriteTraceId, properties: {} };
}

function readAnswer(body: unknown): BatchAnswer {
  const parsed = replyShape.safeParse(body);
  if (!parsed.success) throw unreadable('an answer about contacts that it was sent');
  return { results: parsed.data.results, errors: parsed.data.errors ?? [] };
}
