import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { CallEntry } from './call-log.js';
import type { Fault, FaultList } from './fault-list.js';
import type { FaultAnswer, Platform } from './platform.js';

/** The calls to the platform that are under way. */
export type LiveCalls = WeakMap<FastifyRequest, CallEntry>;

/** A fast drip comes in larger drops. */
const DRIPS_PER_SECOND = 20;

/** What stands between the caller and the CRM answers, and takes itself for the CRM. */
const htmlPage: FaultAnswer = {
  contentType: 'text/html; charset=utf-8',
  body: '<!DOCTYPE html><html><head><title>Welcome</title></head><body><p>One moment, please.</p></body></html>',
};

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
    if (fault.status === undefined && !fault.html) return undefined;
    const { status = 200 } = fault;
    const answer = fault.html ? htmlPage : platform.answerFault(status, entry.path, account);
    return reply
      .code(status)
      .type(answer.contentType)
      .headers(answer.headers ?? {})
      .send(answer.body);
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

/** Sends each answer as its fault has it, and logs its status when it goes out. */
function finishCalls(app: FastifyInstance, live: LiveCalls, struck: WeakMap<FastifyRequest, Fault>): void {
  app.addHook('onSend', async (request) => {
    const { delayMs = 0 } = struck.get(request) ?? {};
    // The answer is late, not the work: limits and tokens were judged when the call came.
    if (delayMs > 0) await wait(delayMs, undefined, { ref: false });
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const entry = live.get(request);
    if (entry) entry.status = reply.statusCode;
    const fault = struck.get(request);
    if (!fault || (!fault.truncate && !fault.padBytes && !fault.bytesPerSecond)) return done(null, payload);
    const body = padded(typeof payload === 'string' ? payload : '', fault.padBytes);
    // `done` is never called: the answer ends here, in the middle of its body.
    if (fault.truncate) return cutOff(reply, body);
    // Set before the body becomes a stream, which has no length.
    reply.header('content-length', body.length);
    done(null, fault.bytesPerSecond ? Readable.from(drip(body, fault.bytesPerSecond)) : body);
  });
}

/** White space may stand behind any JSON. */
function padded(body: string, bytes: number): Buffer {
  const usual = Buffer.from(body);
  return Buffer.concat([usual, Buffer.alloc(Math.max(0, bytes - usual.length), ' ')]);
}

/** Promises the whole body, sends half of it, and breaks the connection. */
function cutOff(reply: FastifyReply, body: Buffer): void {
  const headers = { ...reply.getHeaders(), 'content-length': body.length };
  reply.raw.writeHead(reply.statusCode, headers as Record<string, string | number>);
  reply.raw.write(body.subarray(0, Math.floor(body.length / 2)), () => reply.raw.destroy());
}

/** The first byte at once; ends early when the connection does, for then nobody asks for more. */
async function* drip(body: Buffer, bytesPerSecond: number): AsyncGenerator<Buffer> {
  const share = Math.ceil(bytesPerSecond / DRIPS_PER_SECOND);
  for (let at = 0; at < body.length; at += share) {
    if (at > 0) await wait((share / bytesPerSecond) * 1_000, undefined, { ref: false });
    yield body.subarray(at, at + share);
  }
}
