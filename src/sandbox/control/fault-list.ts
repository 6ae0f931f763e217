import { ControlInputError, readCount, readFlag, readObject, refuseUnknown } from './control-input.js';

/** A fault to come: it hits the next `times` calls whose path begins with `path`. */
export interface Fault {
  /** Undefined: any account. */
  readonly account?: string;
  /** Undefined: the call is answered as usual (late, or cut off). */
  readonly status?: number;
  /** Calls still to be hit. */
  times: number;
  readonly path: string;
  /** Wait before the answer, ms. */
  readonly delayMs: number;
  /** Send half of the body and break the connection. */
  readonly truncate: boolean;
  /** Sent as Retry-After, seconds. */
  readonly retryAfterSeconds?: number;
}

const FIELDS = ['status', 'times', 'path', 'delayMs', 'truncate', 'retryAfterSeconds'] as const;
const MAX_DELAY_MS = 600_000;

/** Reads a fault from a control request. Throws ControlInputError when it would do nothing or makes no sense. */
export function readFault(input: unknown, account?: string): Fault {
  const body = readObject(input);
  refuseUnknown(body, FIELDS);
  const path = body.path ?? '/';
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw new ControlInputError('path must be the beginning of a path, such as "/crm".');
  }
  const status = readStatus(body);
  const delayMs = readCount(body, 'delayMs', 0, 0, MAX_DELAY_MS);
  const truncate = readFlag(body, 'truncate') ?? false;
  if (status === undefined && delayMs === 0 && !truncate) {
    throw new ControlInputError('A fault needs a status from 400 to 599, a delayMs or truncate.');
  }
  const times = readCount(body, 'times', 1, 1);
  const retryAfterSeconds =
    body.retryAfterSeconds === undefined ? undefined : readCount(body, 'retryAfterSeconds', 0);
  return { account, status, times, path, delayMs, truncate, retryAfterSeconds };
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
