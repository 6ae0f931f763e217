import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallEntry } from './call-log.js';
import type { Fault, FaultList } from './fault-list.js';
import type { Platform } from './platform.js';

/** The calls to the platform that are under way. */
export type LiveCalls = WeakMap<FastifyRequest, CallEntry>;

/**
 * Lets faults strike as outages do: before anything is asked about the token, the request or the limits.
 * Names the account in the call's log entry on the way, because a fault may be meant for one.
 */
export function strikeCalls(
  app: FastifyInstance,
  platform: Platform,
  faults: FaultList,
  live: LiveCalls,
): void {
  const struck = new WeakMap<FastifyRequest, Fault>();
  const awaitsBody = new WeakSet<FastifyRequest>();
  const strike = (request: FastifyRequest, reply: FastifyReply, account: string): unknown => {
    const entry = live.get(request)!;
    entry.account = account;
    const fault = faults.take(entry.path, account);
    if (!fault) return undefined;
    struck.set(request, fault);
    if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', fault.retryAfterSeconds);
    if (fault.status === undefined) return undefined;
    const { contentType, headers = {}, body } = platform.answerFault(fault.status, entry.path, account);
    return reply.code(fault.status).type(contentType).headers(headers).send(body);
  };
  app.addHook('onRequest', async (request, reply) => {
    if (!live.has(request)) return undefined;
    const account = platform.findAccount(request);
    if (account !== undefined) return strike(request, reply, account);
    awaitsBody.add(request);
    return undefined;
  });
  app.addHook('preValidation', async (request, reply) => {
    if (!awaitsBody.has(request)) return undefined;
    return strike(request, reply, platform.findAccount(request) ?? '');
  });
  finishCalls(app, live, struck);
}

/** Sends each answer as its fault has it, late or in part, and logs its status when it goes out. */
function finishCalls(app: FastifyInstance, live: LiveCalls, struck: WeakMap<FastifyRequest, Fault>): void {
  app.addHook('onSend', async (request) => {
    const { delayMs = 0 } = struck.get(request) ?? {};
    // The answer is late, not the work: limits and tokens were judged when the call came.
    if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const entry = live.get(request);
    if (entry) entry.status = reply.statusCode;
    if (!struck.get(request)?.truncate) return done(null, payload);
    // `done` is never called: the answer ends here, in the middle of its body.
    cutOff(reply, typeof payload === 'string' ? payload : '');
  });
}

/** Promises the whole body, sends half of it, and breaks the connection. */
function cutOff(reply: FastifyReply, body: string): void {
  const bytes = Buffer.from(body);
  const headers = { ...reply.getHeaders(), 'content-length': bytes.length };
  reply.raw.writeHead(reply.statusCode, headers as Record<string, string | number>);
  reply.raw.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => reply.raw.destroy());
}
