import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Logger } from '../runtime/index.js';

/** What is known about the request at hand; it fills up on the way, for the log line at its end. */
export interface RequestScope {
  readonly requestId: string;
  readonly log: Logger;
  userId?: string;
  operationName?: string;
  /** As the client sent them; read only to name the one at fault. */
  variables?: unknown;
}

/** Apollo formats errors without telling for which request; this does. */
export const requestScopes = new AsyncLocalStorage<RequestScope>();

const saneId = /^[A-Za-z0-9_-]{1,64}$/;

/** The id that the caller gave, where it is fit for logs and headers; else a new one. */
export function chooseRequestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && saneId.test(given) ? given : randomUUID();
}

export function createScope(log: Logger, requestId: string): RequestScope {
  return { requestId, log: log.child({ requestId }) };
}
