import { setTimeout as wait } from 'node:timers/promises';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type CallEntry, CallLog } from './call-log.js';
import { CONTROL_PREFIX, registerControl } from './control-routes.js';
import { FaultList } from './fault-list.js';
import type { Platform } from './platform.js';

/** A platform that is being served. */
interface PlatformServer {
  /** Origin without a trailing slash, such as `http://127.0.0.1:4100`. */
  readonly url: string;
  /** Ends the listener and every open connection. */
  close(): Promise<void>;
}

/** Room for the tokens that some paths carry (HubSpot's have up to 300 characters). */
const MAX_PATH_PARAMETER = 1_000;
const MAX_BODY_BYTES = 10 * 1024 * 1024;

/**
 * Serves one platform on its own port, with the control API beside it.
 * Rejects with the listener's error (such as EADDRINUSE) when the port cannot be had.
 */
export async function openPlatformServer(
  platform: Platform,
  address: { readonly host: string; readonly port: number },
): Promise<PlatformServer> {
  const app = Fastify({
    forceCloseConnections: true,
    bodyLimit: MAX_BODY_BYTES,
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER },
  });
  app.removeAllContentTypeParsers();
  const calls = new CallLog();
  const faults = new FaultList();
  const entries = new WeakMap<FastifyRequest, CallEntry>();
  const callOf = (request: FastifyRequest): CallEntry => entries.get(request)!;

  watchCalls(app, calls, entries);
  injectFaults(app, platform, faults, entries);
  app.register(async (scope) => registerControl(scope, platform, calls, faults), { prefix: CONTROL_PREFIX });
  app.register(async (scope) => platform.register(scope, callOf));
  try {
    await app.listen(address);
  } catch (error) {
    await app.close();
    throw error;
  }
  return { url: describeOrigin(app, address.host), close: () => app.close() };
}

function watchCalls(app: FastifyInstance, calls: CallLog, entries: WeakMap<FastifyRequest, CallEntry>): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const path = request.url.split('?', 1)[0]!;
    if (!path.startsWith(CONTROL_PREFIX)) entries.set(request, calls.begin(request.method, path));
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    const entry = entries.get(request);
    if (entry) entry.status = reply.statusCode;
    done(null, payload);
  });
}

function injectFaults(
  app: FastifyInstance,
  platform: Platform,
  faults: FaultList,
  entries: WeakMap<FastifyRequest, CallEntry>,
): void {
  const toCut = new WeakSet<FastifyRequest>();
  app.addHook('preHandler', async (request, reply) => {
    const entry = entries.get(request);
    const fault = entry && faults.take(entry.path, entry.account);
    if (!fault) return undefined;
    if (fault.truncate) toCut.add(request);
    if (fault.delayMs > 0) await wait(fault.delayMs, undefined, { ref: false });
    if (fault.retryAfterSeconds !== undefined) reply.header('retry-after', fault.retryAfterSeconds);
    if (fault.status === undefined) return undefined;
    const answer = platform.answerFault(fault.status, entry.path);
    reply
      .code(fault.status)
      .type(answer.contentType)
      .headers({ ...answer.headers });
    return reply.send(answer.body);
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (!toCut.has(request)) return done(null, payload);
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

function describeOrigin(app: FastifyInstance, host: string): string {
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
