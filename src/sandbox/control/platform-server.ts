import Fastify, { type FastifyInstance } from 'fastify';
import { CallLog } from './call-log.js';
import { CONTROL_PREFIX, registerControl } from './control-routes.js';
import { type LiveCalls, strikeCalls } from './fault-hooks.js';
import { FaultList } from './fault-list.js';
import type { CallOf, Platform } from './platform.js';

/** A platform that is being served. */
export interface PlatformServer {
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
  const live: LiveCalls = new WeakMap();
  const callOf: CallOf = (request) => live.get(request)!;

  logCalls(app, calls, live);
  strikeCalls(app, platform, faults, live);
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

function logCalls(app: FastifyInstance, calls: CallLog, live: LiveCalls): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const path = request.url.split('?', 1)[0]!;
    if (!path.startsWith(CONTROL_PREFIX)) live.set(request, calls.begin(request.method, path));
    done();
  });
}

function describeOrigin(app: FastifyInstance, host: string): string {
  const bound = app.server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  const isAny = host === '0.0.0.0' || host === '::';
  const name = isAny ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${port}`;
}
