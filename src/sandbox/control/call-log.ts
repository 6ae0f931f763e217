/** One call that reached the sandbox; `status` is 0 while no answer was sent. */
export interface CallEntry {
  /** Arrival, epoch ms; never smaller than that of the call before. */
  readonly at: number;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  status: number;
  /** The CRM account that the call's token belongs to; '' when unknown. */
  account: string;
}

const CAPACITY = 200_000;

/** The calls of one sandbox in the order of arrival; the oldest fall out beyond the capacity. */
export class CallLog {
  private readonly entries: CallEntry[] = [];
  private next = 0;
  private lastAt = 0;

  constructor(private readonly capacity = CAPACITY) {}

  /** Logs a call that arrives now; the caller fills in account and status as they become known. */
  begin(method: string, path: string): CallEntry {
    this.lastAt = Math.max(this.lastAt, Date.now());
    const entry: CallEntry = { at: this.lastAt, method, path, status: 0, account: '' };
    this.entries[this.next] = entry;
    this.next = (this.next + 1) % this.capacity;
    return entry;
  }

  /** The calls since a moment (epoch ms, inclusive), oldest first; of one account when it is named. */
  list(since = 0, account?: string): CallEntry[] {
    const full = this.entries.length === this.capacity;
    const ordered = full
      ? [...this.entries.slice(this.next), ...this.entries.slice(0, this.next)]
      : this.entries;
    return ordered.filter((it) => it.at >= since && (account === undefined || it.account === account));
  }
}
