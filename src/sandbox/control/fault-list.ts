import { ControlInputError, readCount, readFlag, readObject, refuseUnknown } from './control-input.js';

/** A fault to come: it hits the next `times` calls whose path begins with `path`. */
export interface Fault {
  /** Undefined: any account. */
  readonly account?: string;
  /** Undefined: the call is answered as usual (late, or not as it should come), or by a page with 200. */
  readonly status?: number;
  /** Calls still to be hit. */
  times: number;
  readonly path: string;
  /** Wait before the answer, ms. */
  readonly delayMs: number;
  /** Send half of the body and break the connection. */
  readonly truncate: boolean;
  /** A page of HTML stands where the answer should, as a proxy or a login in between would have it. */
  readonly html: boolean;
  /** White space is added to the body until it has so many bytes. */
  readonly padBytes: number;
  /** The body comes at this rate; undefined: at once. */
  readonly bytesPerSecond?: number;
  /** Sent as Retry-After, seconds. */
  readonly retryAfterSeconds?: number;
}

/** What each does alone; without any of them a fault would do nothing. */
const EFFECTS = ['status', 'delayMs', 'truncate', 'html', 'padBytes', 'bytesPerSecond'] as const;
const FIELDS = [...EFFECTS, 'times', 'path', 'retryAfterSeconds'] as const;
const MAX_DELAY_MS = 600_000;
/** Above every bound that a client may have; a slip of the finger must not fill the memory. */
const MAX_PAD_BYTES = 256 * 1024 * 1024;

/** Reads a fault from a control request. Throws ControlInputError when it would do nothing or makes no sense. */
export function readFault(input: unknown, account?: string): Fault {
  const body = readObject(input);
  refuseUnknown(body, FIELDS);
  const path = body.path ?? '/';
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new ControlInputError('path must be the beginning of a path, such as "/crm".');
  }
  const effects = {
    status: readStatus(body),
    delayMs: readCount(body, 'delayMs', 0, 0, MAX_DELAY_MS),
    truncate: readFlag(body, 'truncate') ?? false,
    html: readFlag(body, 'html') ?? false,
    padBytes: readCount(body, 'padBytes', 0, 0, MAX_PAD_BYTES),
    bytesPerSecond: readOptionalCount(body, 'bytesPerSecond', 1),
  };
  if (!EFFECTS.some((it) => effects[it])) {
    throw new ControlInputError(
      'A fault needs a status from 400 to 599, or one of delayMs, truncate, html, padBytes, bytesPerSecond.',
    );
  }
  if (effects.truncate && effects.bytesPerSecond !== undefined) {
    throw new ControlInputError('A body is either cut off (truncate) or slow (bytesPerSecond).');
  }
  const times = readCount(body, 'times', 1, 1);
  return {
    account,
    times,
    path,
    ...effects,
    retryAfterSeconds: readOptionalCount(body, 'retryAfterSeconds'),
  };
}

function readOptionalCount(body: Record<string, unknown>, field: string, min = 0): number | undefined {
  return body[field] === undefined ? undefined : readCount(body, field, min, min);
}

/** Undefined for what means "as usual": no status, null, or one of success, which stays the call's own. */
function readStatus({ status }: Record<string, unknown>): number | undefined {
  if (status === undefined || status === null) return undefined;
  const isWhole = typeof status === 'number' && Number.isInteger(status);
  if (isWhole && status >= 200 && status <= 299) return undefined;
  if (isWhole && status >= 400 && status <= 599) return status;
  throw new ControlInputError(
    `status must be from 400 to 599 for a failure, or null or from 200 to 299 for the usual answer; got ${JSON.stringify(status)}.`,
  );
}

/** The faults that wait for calls; the oldest that fits a call hits it. */
export class FaultList {
  private faults: Fault[] = [];

  add(fault: Fault): void {
    this.faults.push(fault);
  }

  list(): readonly Fault[] {
    return this.faults;
  }

  /** Ends the faults of one account, or all of them. */
  clear(account?: string): void {
    this.faults = account === undefined ? [] : this.faults.filter((it) => it.account !== account);
  }

  /** Takes the fault that hits a call, using up one of its times. */
  take(path: string, account: string): Fault | undefined {
    const fault = this.faults.find(
      (it) => path.startsWith(it.path) && (it.account === undefined || it.account === account),
    );
    if (fault && --fault.times === 0) this.faults = this.faults.filter((it) => it !== fault);
    return fault;
  }
}
