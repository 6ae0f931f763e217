import { SlidingLog } from '../control/sliding-log.js';

const DAY_MS = 86_400_000;

/** The requests of an org in the last 24 hours, those of other software included. */
export class RequestUsage {
  private log = new SlidingLog(DAY_MS);
  private others = { count: 0, at: 0 };

  /** Requests in the 24 h that end at `now` (epoch ms). */
  count(now: number): number {
    return this.log.count(now) + this.countOthers(now);
  }

  /** Counts a request unless `limit` is reached; null means no limit. */
  admit(now: number, limit: number | null): boolean {
    return this.log.admit(now, limit === null ? null : limit - this.countOthers(now));
  }

  /** Makes the count what it is told, as if other software had used the org. */
  set(used: number, now: number): void {
    this.log = new SlidingLog(DAY_MS);
    this.others = { count: used, at: now };
  }

  private countOthers(now: number): number {
    return this.others.at > now - DAY_MS ? this.others.count : 0;
  }
}
