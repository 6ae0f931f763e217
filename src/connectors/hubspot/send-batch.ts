import type { WriteOutcome } from '../contract.js';
import type { Entry } from './convert.js';
import { unreadable } from './errors.js';
import type { BatchAnswer, BatchInput, WriteError, WriteResult } from './write-calls.js';

/** What became of one input. `leftOut`: it was not sent, or not alone; nothing was written. */
export type InputAnswer =
  | { readonly result: WriteResult }
  | { readonly error: WriteError }
  | { readonly leftOut: true };

/**
 * A portal that does not take the good beside the bad refuses a batch as a whole. Then its halves are sent, and theirs:
 * one bad record of 100 takes 15 calls. More than this many are not spent on one batch.
 */
const mostCalls = 40;

/**
 * Sends inputs together, and by halves what was refused together, the larger first.
 *
 * @returns an answer for every input, by its `objectWriteTraceId`
 * @throws AppError CRM_UNAVAILABLE (backoff) when HubSpot answered for fewer than it was sent.
 */
export async function sendBatch(
  post: (inputs: readonly BatchInput[]) => Promise<BatchAnswer>,
  inputs: readonly BatchInput[],
): Promise<ReadonlyMap<string, InputAnswer>> {
  const answers = new Map<string, InputAnswer>();
  const settle = (input: BatchInput, answer: InputAnswer) => answers.set(input.objectWriteTraceId, answer);
  const waiting = inputs.length > 0 ? [inputs] : [];
  let calls = 0;
  for (let batch = waiting.shift(); batch; batch = waiting.shift()) {
    if (calls++ >= mostCalls) {
      for (const input of batch) settle(input, { leftOut: true });
      continue;
    }
    const refused = settleAll(await post(batch), batch, settle);
    waiting.push(...halvesOf(refused));
  }
  return answers;
}

/** @returns the inputs that were refused together with others: which of them is bad is not told. */
function settleAll(
  answer: BatchAnswer,
  batch: readonly BatchInput[],
  settle: (input: BatchInput, answer: InputAnswer) => void,
): readonly BatchInput[] {
  const [first] = batch;
  if ('refusal' in answer) {
    if (batch.length > 1 || !first) return batch;
    settle(first, { error: answer.refusal });
    return [];
  }
  const open: BatchInput[] = [];
  for (const input of batch) {
    const result = answer.results.find((it) => isOf(it, input));
    const error = result ? undefined : answer.errors.find((it) => names(it, input));
    if (result) settle(input, { result });
    else if (error) settle(input, { error });
    else open.push(input);
  }
  return settleOpen(
    open,
    answer.errors.filter((error) => !batch.some((input) => names(error, input))),
    settle,
  );
}

/** Errors that name nobody are of those that nothing was said about, where they are as many. */
function settleOpen(
  open: readonly BatchInput[],
  errors: readonly WriteError[],
  settle: (input: BatchInput, answer: InputAnswer) => void,
): readonly BatchInput[] {
  if (open.length !== errors.length) throw unreadable('an answer that leaves out contacts');
  const [input] = open;
  const [error] = errors;
  if (open.length !== 1 || !input || !error) return open;
  settle(input, { error });
  return [];
}

/** By our mark; where HubSpot gives none back, by what no two inputs share. Never by the order. */
function isOf(result: WriteResult, input: BatchInput): boolean {
  if (result.objectWriteTraceId != null) return result.objectWriteTraceId === input.objectWriteTraceId;
  if (input.id !== undefined) return result.id === input.id;
  return input.properties.email !== undefined && result.properties.email === input.properties.email;
}

function names({ context }: WriteError, { objectWriteTraceId, id }: BatchInput): boolean {
  if (context.objectWriteTraceId?.length) return context.objectWriteTraceId.includes(objectWriteTraceId);
  return id !== undefined && context.ids?.includes(id) === true;
}

function halvesOf(batch: readonly BatchInput[]): (readonly BatchInput[])[] {
  const middle = Math.ceil(batch.length / 2);
  return [batch.slice(0, middle), batch.slice(middle)].filter((half) => half.length > 0);
}

/** A write whose record the reply shows; without an id it cannot be told whose it is. */
export function doneOf(id: string, { id: externalId, modifiedAt, outcome }: Entry): WriteOutcome {
  if (externalId === null) throw unreadable('a written contact without a usable id');
  const url = 'record' in outcome ? outcome.record.url : null;
  return { id, kind: 'DONE', externalId, url, at: modifiedAt === null ? null : new Date(modifiedAt) };
}
