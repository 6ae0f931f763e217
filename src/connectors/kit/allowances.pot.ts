/** One pot of an allowance: who has had how much of it in the window, and who wants some now. */
export class Pot {
  /** Had in the window, by all. */
  total = 0;
  readonly #had = new Map<string, number>();
  /** Bucket → user → calls. */
  readonly #buckets = new Map<number, Map<string, number>>();
  /** User → until when he is taken to want some (ms). */
  readonly #asking = new Map<string, number>();

  /** The oldest bucket in which something was taken. */
  get oldest(): number | undefined {
    return this.#buckets.size === 0 ? undefined : Math.min(...this.#buckets.keys());
  }

  /** Forgets what was taken before `bucket`, and who wants no more. */
  roll(bucket: number, now: number): void {
    for (const [at, spent] of this.#buckets) {
      if (at >= bucket) continue;
      this.total -= deduct(this.#had, spent);
      this.#buckets.delete(at);
    }
    for (const [user, until] of this.#asking) if (until <= now) this.#asking.delete(user);
  }

  /** The newest word counts. */
  ask(user: string, until: number): void {
    this.#asking.set(user, until);
  }

  take(user: string, bucket: number): void {
    const spent = this.#buckets.get(bucket) ?? new Map<string, number>();
    this.#buckets.set(bucket, spent.set(user, (spent.get(user) ?? 0) + 1));
    this.#had.set(user, (this.#had.get(user) ?? 0) + 1);
    this.total += 1;
  }

  /** Whether one more for this user leaves enough for those who ask and have had less to catch up with him. */
  hasFor(user: string, size: number): boolean {
    return this.total + this.#behind(user, this.#had) < size;
  }

  /**
   * When it may have some for a user whom it refused (ms): as buckets roll out, or as those for whom it is kept stop
   * asking. `sizeAfter` gives the pot's size once a bucket has rolled out, `ends` when it does; `more` are buckets
   * that change the size alone.
   */
  opensAt(
    user: string,
    after: { size: number; sizeAfter(bucket: number): number; ends(bucket: number): number; more: number[] },
  ): number {
    let opens = Number.POSITIVE_INFINITY;
    const mine = this.#had.get(user) ?? 0;
    if (this.total < after.size)
      for (const [other, until] of this.#asking)
        if ((this.#had.get(other) ?? 0) < mine) opens = Math.min(opens, until);
    const had = new Map(this.#had);
    let total = this.total;
    for (const bucket of [...new Set([...this.#buckets.keys(), ...after.more])].sort((a, b) => a - b)) {
      total -= deduct(had, this.#buckets.get(bucket) ?? new Map());
      if (total + this.#behind(user, had) < after.sizeAfter(bucket))
        return Math.min(opens, after.ends(bucket));
    }
    return opens;
  }

  /** How much those who ask have had less than this user, together. */
  #behind(user: string, had: ReadonlyMap<string, number>): number {
    const mine = had.get(user) ?? 0;
    let behind = 0;
    for (const other of this.#asking.keys()) behind += Math.max(0, mine - (had.get(other) ?? 0));
    return behind;
  }
}

/** Takes one bucket off; gives its sum. */
function deduct(had: Map<string, number>, spent: ReadonlyMap<string, number>): number {
  let sum = 0;
  for (const [user, count] of spent) {
    const left = (had.get(user) ?? 0) - count;
    if (left > 0) had.set(user, left);
    else had.delete(user);
    sum += count;
  }
  return sum;
}
