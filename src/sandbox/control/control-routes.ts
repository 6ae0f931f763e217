import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallLog } from './call-log.js';
import {
  ControlInputError,
  DEFAULT_ACCOUNT,
  readAccount,
  readCount,
  readFlag,
  readObject,
  refuseUnknown,
} from './control-input.js';
import { type FaultList, readFault } from './fault-list.js';
import type { ContactChanges, Platform } from './platform.js';

const VERBS = ['add', 'change', 'archive', 'merge', 'sameMillisecond'] as const;
/** Enough for the largest demonstration; a slip of the finger must not fill the memory. */
const MAX_TOUCHED = 1_000_000;

/** Everything under this path belongs to the control API: never logged, never faulty. */
export const CONTROL_PREFIX = '/__control';

/**
 * The control API for tests and demonstrations, the same for every platform: JSON in (whatever the content
 * type says) and out, no authentication, answered on the loopback interface only. Bad input → 400 `{ error }`.
 *
 * `account=NAME` in the query, or `account` in the body, names the account that is meant. Without it,
 * `/contacts` and `/tokens` mean the account `demo`, because they act on the data of one; `/faults`, `/calls`
 * and `/limits` mean all accounts.
 */
export function registerControl(
  app: FastifyInstance,
  platform: Platform,
  calls: CallLog,
  faults: FaultList,
): void {
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    try {
      done(null, (text as string).trim() === '' ? undefined : JSON.parse(text as string));
    } catch {
      done(new ControlInputError('The body is not JSON.'));
    }
  });
  app.addHook('onRequest', refuseStrangers);
  app.addHook('onRequest', takeForJson);
  app.setErrorHandler(answerControlError);

  registerContacts(app, platform);
  registerFaults(app, faults);
  app.post('/tokens', (request) => changeTokens(platform, request));
  app.get('/calls', (request) => {
    const since = Number(readObject(request.query).since ?? 0);
    if (!Number.isFinite(since)) throw new ControlInputError('since must be a moment in epoch ms.');
    return calls.list(since, readAccount(request.query));
  });
  app.get('/limits', (request) => platform.limits.of(readAccount(request.query)));
  app.put('/limits', (request) =>
    platform.limits.change(request.body, readAccount(request.query, request.body)),
  );
  platform.registerControl?.(app);
}

function registerContacts(app: FastifyInstance, platform: Platform): void {
  app.get('/contacts', (request) => {
    const account = readAccount(request.query) ?? DEFAULT_ACCOUNT;
    const counts = platform.countContacts(account);
    const isFull = readObject(request.query).full === '1';
    return isFull ? { ...counts, contacts: platform.listContacts(account) } : counts;
  });
  app.post('/contacts', (request) => {
    const account = readAccount(request.query, request.body) ?? DEFAULT_ACCOUNT;
    return platform.touchContacts(account, readChanges(request.body, platform.objects));
  });
}

function registerFaults(app: FastifyInstance, faults: FaultList): void {
  app.get('/faults', () => ({ faults: faults.list() }));
  app.post('/faults', (request) => {
    faults.add(readFault(request.body, readAccount(request.query, request.body)));
    return { faults: faults.list() };
  });
  app.delete('/faults', (request) => {
    faults.clear(readAccount(request.query, request.body));
    return { faults: faults.list() };
  });
}

function readChanges(input: unknown, objects: readonly string[] = []): ContactChanges {
  const body = readObject(input);
  refuseUnknown(body, objects.length === 0 ? VERBS : ['object', ...VERBS]);
  const object = objects.find((it) => it === body.object);
  if (body.object !== undefined && object === undefined) {
    throw new ControlInputError(`object must be one of ${objects.join(', ')}.`);
  }
  if (!VERBS.some((verb) => body[verb] !== undefined)) {
    throw new ControlInputError(`Nothing to do; name at least one of ${VERBS.join(', ')}.`);
  }
  const count = (verb: (typeof VERBS)[number]) => readCount(body, verb, 0, 0, MAX_TOUCHED);
  return {
    object,
    add: count('add'),
    change: count('change'),
    archive: count('archive'),
    merge: count('merge'),
    sameMillisecond: count('sameMillisecond'),
  };
}

function changeTokens(platform: Platform, request: FastifyRequest): object {
  const account = readAccount(request.query, request.body) ?? DEFAULT_ACCOUNT;
  const body = readObject(request.body);
  refuseUnknown(body, ['expire', 'rotate']);
  const { expire } = body;
  const rotate = readFlag(body, 'rotate');
  if (expire !== undefined && expire !== 'access' && expire !== 'refresh') {
    throw new ControlInputError(`expire must be "access" or "refresh"; got ${JSON.stringify(expire)}.`);
  }
  if (expire === undefined && rotate === undefined) {
    throw new ControlInputError('Nothing to do; name expire or rotate.');
  }
  if (expire !== undefined) platform.expireTokens(account, expire);
  if (rotate !== undefined) platform.rotateTokens(account, rotate);
  return { account, ...(expire !== undefined && { expire }), ...(rotate !== undefined && { rotate }) };
}

async function refuseStrangers(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const address = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  if (address.startsWith('127.') || address === '::1') return undefined;
  return reply.code(403).send({ error: 'The control API answers on the loopback interface only.' });
}

/** `curl -d` calls every body a form, and what cannot be a media type would be refused before it is read. */
async function takeForJson(request: FastifyRequest): Promise<void> {
  request.headers['content-type'] = 'application/json';
}

function answerControlError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof ControlInputError) return reply.code(400).send({ error: error.message });
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  return reply.code(statusCode).send({ error: message });
}
