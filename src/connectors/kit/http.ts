import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher, request } from 'undici';
import { AppError, type Platform, platformNames } from '../../domain/index.js';

interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** For the whole call, its body included. */
  readonly deadlineMs: number;
  /** Called when the reply's head is here, before its body. */
  readonly onHead?: (head: HttpHead) => void;
}

export interface HttpHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

export interface HttpReply extends HttpHead {
  readonly text: string;
}

/** A reply's body is at most this large (bytes); the largest page of a CRM is about 1 MB. */
const maxBodyBytes = 32 * 1024 * 1024;

let agent: Agent | undefined;

/** One pool of kept-alive connections for all connectors; idle ones do not keep the process alive. */
function sharedAgent(): Agent {
  agent ??= new Agent({
    connect: { timeout: 10_000 },
    keepAliveTimeout: 20_000,
    maxResponseSize: maxBodyBytes,
  });
  return agent;
}

/**
 * One HTTP call with a total deadline and a bounded body.
 *
 * @throws AppError CRM_UNAVAILABLE (backoff) when no whole reply came; the signal's reason when it was aborted.
 */
export async function send(
  platform: Platform,
  { deadlineMs, signal, ...call }: HttpRequest,
  dispatcher: Dispatcher = sharedAgent(),
): Promise<HttpReply> {
  signal?.throwIfAborted();
  const ends = new AbortController();
  const abort = () => ends.abort(signal?.reason);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    ends.abort();
  }, deadlineMs);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await exchange(call, ends.signal, dispatcher);
  } catch (cause) {
    signal?.throwIfAborted();
    const words = late ? `did not answer within ${Math.ceil(deadlineMs / 1000)} s` : 'could not be reached';
    throw unavailable(platform, `${platformNames[platform]} ${words}; trying again soon.`, cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

async function exchange(
  call: Omit<HttpRequest, 'deadlineMs' | 'signal'>,
  signal: AbortSignal,
  dispatcher: Dispatcher,
): Promise<HttpReply> {
  const { statusCode, headers, body } = await request(call.url, {
    method: call.method,
    headers: call.headers,
    body: call.body ?? null,
    signal,
    dispatcher,
  });
  call.onHead?.({ status: statusCode, headers });
  return { status: statusCode, headers, text: await body.text() };
}

/** A failure of the CRM that the queue's back-off is for. */
export function unavailable(platform: Platform, message: string, cause?: unknown): AppError {
  return new AppError('CRM_UNAVAILABLE', message || `${platformNames[platform]} is not available.`, {
    retry: 'backoff',
    cause,
  });
}

/** One header's text; undefined where it is missing or repeated. */
export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * `Retry-After` in ms, given as seconds or as a date (RFC 9110 §10.2.3); undefined where there is none, or none
 * to wait: who came back at once would be refused again, and again.
 */
export function retryAfterMs(headers: IncomingHttpHeaders): number | undefined {
  const text = headerOf(headers, 'retry-after')?.trim();
  if (!text) return undefined;
  const now = Date.parse(headerOf(headers, 'date') ?? '') || Date.now();
  const isSeconds = /^\d{1,9}(\.\d+)?$/.test(text);
  const waitMs = isSeconds ? Math.ceil(Number(text) * 1000) : Date.parse(text) - now;
  return waitMs > 0 ? waitMs : undefined;
}
