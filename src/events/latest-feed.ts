/**
 * What a listener has not read yet: the newest event per key, never a queue, so a slow reader costs one
 * event per key and then sees the present. `next` resolves with undefined once the feed is closed.
 */
export class LatestFeed<T> {
  readonly #pending = new Map<string, T>();
  #wake: (() => void) | undefined;
  #missed = false;
  #closed = false;

  push(key: string, event: T): void {
    this.#pending.delete(key); // the newest goes to the end
    this.#pending.set(key, event);
    this.#wake?.();
  }

  /** Events may have been lost: the reader has to look at the present state again. */
  markMissed(): void {
    this.#missed = true;
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** The oldest unread event; 'missed' where a look at the present is due; undefined at the end. */
  async next(): Promise<T | 'missed' | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      if (this.#missed) {
        this.#missed = false;
        this.#pending.clear(); // the present is newer than all of them
        return 'missed';
      }
      const [first] = this.#pending;
      if (first) {
        this.#pending.delete(first[0]);
        return first[1];
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
