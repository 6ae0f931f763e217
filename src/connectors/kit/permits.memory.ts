import type { Redis } from 'ioredis';

/** What a take tells the script of a ledger's past. */
export interface Memory {
  /** The epoch of the last reply; '' before the first one. */
  readonly epoch: string;
  /** How long ago Redis went away that is another now (ms); '' where it has not since the last reply. */
  readonly brokenMs: number | '';
}

interface Known {
  readonly epoch: string;
  /** When the former Redis went away, by performance.now(). */
  readonly brokenAt?: number;
}

/**
 * What this process knows of the ledgers in Redis. Slots that Redis lost are calls that the CRM still counts,
 * and only who has seen them granted can tell that they are gone: by another epoch after FLUSHALL; after a
 * restart (whose file lacks its last second) or a failover (whose replica lagged) by another `run_id` behind a
 * new connection. A connection that merely broke has lost nothing.
 *
 * One gap is left: a process that starts within a window of the loss knows nothing, and is served until
 * one that does asks too. To close it, each new installation would begin with a window's wait.
 */
export class LedgerMemory {
  readonly #redis: Pick<Redis, 'info'>;
  readonly #known = new Map<string, Known>();
  #runId: string | undefined;
  #breaks = 0;
  /** When the connection broke after which nobody has looked whose Redis it is now. */
  #unseenBreakAt: number | undefined;

  constructor(redis: Pick<Redis, 'info' | 'on'>) {
    this.#redis = redis;
    redis.on('close', () => {
      this.#breaks += 1;
      this.#unseenBreakAt ??= performance.now();
    });
  }

  /**
   * Lets `take` tell what is known of a ledger; gives the wait of its reply, and remembers the epoch.
   *
   * @throws when the connection broke under the call: ioredis sends it again, but it does not tell of the break.
   */
  async ask(ledger: string, take: (memory: Memory) => Promise<[number, string]>): Promise<number> {
    if (this.#runId === undefined || this.#unseenBreakAt !== undefined) await this.#look();
    const breaks = this.#breaks;
    const [waitMs, epoch] = await take(this.#of(ledger));
    if (breaks !== this.#breaks && this.#known.has(ledger)) throw new Error('Redis went away and came back');
    this.#known.set(ledger, { epoch });
    return waitMs;
  }

  /** Whether the Redis behind the connection is another than before. */
  async #look(): Promise<void> {
    const brokenAt = this.#unseenBreakAt;
    const runId = /^run_id:(\w+)/m.exec(await this.#redis.info('server'))?.[1];
    const isAnother = this.#runId !== undefined && runId !== this.#runId;
    if (isAnother)
      for (const [ledger, { epoch }] of this.#known) this.#known.set(ledger, { epoch, brokenAt });
    this.#runId = runId;
    if (this.#unseenBreakAt === brokenAt) this.#unseenBreakAt = undefined;
  }

  #of(ledger: string): Memory {
    const { epoch = '', brokenAt } = this.#known.get(ledger) ?? {};
    return { epoch, brokenMs: brokenAt === undefined ? '' : Math.floor(performance.now() - brokenAt) };
  }
}
