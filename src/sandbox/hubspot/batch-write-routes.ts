import type { FastifyInstance } from 'fastify';
import type { Account } from './accounts.js';
import { type BatchReply, batchReply, type StandardError, standardError } from './batch-reply.js';
import type { ContactContext } from './contact-context.js';
import { findContact } from './contact-lookup.js';
import type { PublicContact } from './contact-record.js';
import { type PropertyValues, prepareCreate, prepareUpdate } from './contact-rules.js';
import { HubspotRefusal, invalid } from './replies.js';
import { createContact, findLive, showTouched, WRITE_SCOPES } from './write-routes.js';

const BATCH = '/crm/v3/objects/contacts/batch';
const MAX_BATCH = 100;

interface BatchInput {
  readonly id: string;
  readonly idProperty?: string;
  readonly objectWriteTraceId?: string;
  readonly properties: PropertyValues;
}

/** How one kind of batch treats one input. Both throw HubspotRefusal; `check` must change nothing. */
interface BatchVerb {
  check(account: Account, input: BatchInput): void;
  write(account: Account, input: BatchInput): PublicContact & { new?: boolean };
}

/** Batch create, update, upsert and archive, below one prefix. */
export function registerBatchWrites(app: FastifyInstance, context: ContactContext): void {
  const { gate, document } = context;
  const onRequest = gate.admit(WRITE_SCOPES);
  const readInputs = (verb: string, text: unknown): readonly BatchInput[] => {
    const { inputs } = document.readBody<{ inputs: BatchInput[] }>(
      `${BATCH}/${verb}`,
      'post',
      text as string,
    );
    if (inputs.length > MAX_BATCH) throw invalid(`The batch has more than ${MAX_BATCH} inputs.`);
    if (verb !== 'create') refuseDuplicates(inputs);
    return inputs;
  };

  app.post('/batch/create', { onRequest }, (request, reply) => {
    const answer = writeBatch(gate.callerOf(request), readInputs('create', request.body), CREATE, true);
    return reply.code(answer.numErrors === undefined ? 201 : 207).send(answer);
  });
  app.post('/batch/update', { onRequest }, (request, reply) => {
    const answer = writeBatch(gate.callerOf(request), readInputs('update', request.body), UPDATE, true);
    return reply.code(answer.numErrors === undefined ? 200 : 207).send(answer);
  });
  app.post('/batch/upsert', { onRequest }, (request, reply) => {
    const account = gate.callerOf(request);
    const inputs = readInputs('upsert', request.body);
    // "Partial upserts are not supported when using email as the idProperty" (contacts guide).
    const mayBePartial = inputs.every((it) => it.idProperty !== 'email');
    const answer = writeBatch(account, inputs, UPSERT, mayBePartial);
    const results = shuffle(answer.results, account);
    return reply.code(answer.numErrors === undefined ? 200 : 207).send({ ...answer, results });
  });
  app.post('/batch/archive', { onRequest }, (request, reply) => {
    const { contacts } = gate.callerOf(request);
    for (const { id } of readInputs('archive', request.body)) {
      const version = findContact(contacts, id);
      if (version && version.archivedAt === undefined) contacts.archive(version.id, Date.now());
    }
    return reply.code(204).send();
  });
}

const CREATE: BatchVerb = {
  check(account, input) {
    throwIfRefused(prepareCreate(account.contacts, input.properties));
  },
  write: (account, input) => createContact(account, input.properties),
};

const UPDATE: BatchVerb = {
  check(account, input) {
    const version = findLive(account, input.id, input.idProperty);
    throwIfRefused(prepareUpdate(account.contacts, version, input.properties));
  },
  write(account, input) {
    const version = findLive(account, input.id, input.idProperty);
    const values = throwIfRefused(prepareUpdate(account.contacts, version, input.properties));
    return showTouched(account, account.contacts.update(version.id, values, Date.now()), values);
  },
};

const UPSERT: BatchVerb = {
  check(account, input) {
    if (isNew(account, input)) CREATE.check(account, withAddress(input));
    else UPDATE.check(account, input);
  },
  write(account, input) {
    if (!isNew(account, input)) return { ...UPDATE.write(account, input), new: false };
    return { ...CREATE.write(account, withAddress(input)), new: true };
  },
};

function isNew(account: Account, input: BatchInput): boolean {
  return input.idProperty === 'email' && findContact(account.contacts, input.id, 'email') === undefined;
}

function withAddress(input: BatchInput): BatchInput {
  return { ...input, properties: { email: input.id, ...input.properties } };
}

function throwIfRefused(values: PropertyValues | HubspotRefusal): PropertyValues {
  if (values instanceof HubspotRefusal) throw values;
  return values;
}

/**
 * Writes a batch. Only when every input has an `objectWriteTraceId` of its own do the good ones go
 * through beside the bad (207); otherwise the first bad one refuses the whole batch, before any is written.
 */
function writeBatch(
  account: Account,
  inputs: readonly BatchInput[],
  verb: BatchVerb,
  mayBePartial: boolean,
): BatchReply {
  const traces = new Set(inputs.flatMap((it) => it.objectWriteTraceId ?? []));
  const isPartial = mayBePartial && inputs.length > 0 && traces.size === inputs.length;
  if (!isPartial) {
    refuseSharedAddresses(inputs);
    for (const input of inputs) verb.check(account, input);
  }
  const results: object[] = [];
  const errors: StandardError[] = [];
  for (const input of inputs) {
    const trace = input.objectWriteTraceId;
    try {
      const written = verb.write(account, input);
      results.push(trace === undefined ? written : { ...written, objectWriteTraceId: trace });
    } catch (error) {
      if (!isPartial || !(error instanceof HubspotRefusal)) throw error;
      errors.push(
        standardError(String(error.body.category), error.message, { objectWriteTraceId: [trace!] }),
      );
    }
  }
  return batchReply(results, errors);
}

function refuseDuplicates(inputs: readonly BatchInput[]): void {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const { id } of inputs) (seen.has(id) ? doubled : seen).add(id);
  if (doubled.size === 0) return;
  const ids = [...doubled];
  throw invalid(`Duplicate IDs found in batch input: [${ids.join(', ')}]. IDs must be unique`, {
    context: { ids },
  });
}

/** Two inputs with one address could not both be written. */
function refuseSharedAddresses(inputs: readonly BatchInput[]): void {
  const seen = new Set<string>();
  for (const { properties } of inputs) {
    const email = properties.email?.trim().toLowerCase();
    if (!email) continue;
    if (seen.has(email)) throw invalid(`Duplicate email found in batch input: ${email}`);
    seen.add(email);
  }
}

/** HubSpot returns upserted records in another order than they were sent in. */
function shuffle(results: readonly object[], account: Account): object[] {
  const shuffled = [...results];
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = account.random.int(last); // never itself: of two, the order always changes
    [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
  }
  return shuffled;
}
