/**
 * A rolling limit kept as a log of arrivals: at most `limit` admitted calls in any window.
 *
 * The window is half open: a call at `t` has left it at `t + windowMs`. Refused calls are not logged.
 * Pure: the caller brings the clock (epoch ms). A clock that goes back is read as standing still.
 */
export class SlidingLog {
  private arrivals: number[] = [];
  private head = 0;

  constructor(private readonly windowMs: number) {}

  /** Admits a call at `now` when fewer than `limit` were admitted in the window; null means no limit. */
  admit(now: number, limit: number | null): boolean {
    const at = Math.max(now, this.arrivals.at(-1) ?? now);
    if (limit !== null && this.count(at) >= limit) return false;
    this.arrivals.push(at);
    return true;
  }

  /** Calls admitted in the window that ends at `now`. */
  count(now: number): number {
    while (this.head < this.arrivals.length && this.arrivals[this.head]! <= now - this.windowMs) this.head++;
    if (this.head > 1024 && this.head * 2 > this.arrivals.length) {
      this.arrivals = this.arrivals.slice(this.head);
      this.head = 0;
    }
    return this.arrivals.length - this.head;
  }
}
