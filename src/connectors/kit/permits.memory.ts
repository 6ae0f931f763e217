import type { Cluster, Redis } from 'ioredis';

/** What a take tells the script of a ledger's past. */
export interface Memory {
  /** The epoch of the last reply; '' before the first one. */
  readonly epoch: string;
  /** How long ago the connection broke (ms); '' where it has not since the last reply. */
  readonly brokenMs: number | '';
}

interface Known {
  readonly epoch: string;
  /** When the connection broke, by performance.now(). */
  readonly brokenAt?: number;
}

/**
 * What this process knows of the ledgers in Redis. Slots that Redis lost are calls that the CRM still counts,
 * and only who has seen them granted can tell that they are gone: by another epoch after FLUSHALL, by a broken
 * connection after a restart (whose file lacks its last second) or a failover (whose replica lagged).
 *
 * One gap is left: a process that starts within a window of the loss knows nothing, and is served until
 * one that does asks too. To close it, each new installation would begin with a window's wait.
 */
export class LedgerMemory {
  readonly #known = new Map<string, Known>();
  #breaks = 0;

  constructor(redis: Redis | Cluster) {
    onClose(redis, () => {
      this.#breaks += 1;
      const brokenAt = performance.now();
      for (const [ledger, { epoch }] of this.#known) this.#known.set(ledger, { epoch, brokenAt });
    });
  }

  /**
   * Lets `take` tell what is known of a ledger; gives the wait of its reply, and remembers the epoch.
   *
   * @throws when the connection broke under the call: ioredis sends it again, but it does not tell of the break.
   */
  async ask(ledger: string, take: (memory: Memory) => Promise<[number, string]>): Promise<number> {
    const breaks = this.#breaks;
    const [waitMs, epoch] = await take(this.#of(ledger));
    if (breaks !== this.#breaks && this.#known.has(ledger)) throw new Error('Redis went away and came back');
    this.#known.set(ledger, { epoch });
    return waitMs;
  }

  #of(ledger: string): Memory {
    const { epoch = '', brokenAt } = this.#known.get(ledger) ?? {};
    return { epoch, brokenMs: brokenAt === undefined ? '' : Math.floor(performance.now() - brokenAt) };
  }
}

/** A Cluster as a whole stays open while one of its nodes restarts. */
function onClose(redis: Redis | Cluster, closed: () => void): void {
  if (!redis.isCluster) return void redis.on('close', closed);
  const cluster = redis as Cluster;
  for (const node of cluster.nodes()) node.on('close', closed);
  cluster.on('+node', (node: Redis) => node.on('close', closed));
}
