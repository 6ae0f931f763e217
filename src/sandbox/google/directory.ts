import type { PersonVersion } from './person-record.js';
import type { PersonChange } from './person-store.js';

/**
 * What lists and syncs show of an account's persons: the store as it was some time ago. The changes that
 * have become visible are numbered; a sync token is such a number. Pure: the caller brings the clock.
 */
export class Directory {
  private readonly live = new Map<string, PersonVersion>();
  private readonly seen: PersonChange[] = [];
  private readonly pending: PersonChange[] = [];

  constructor(seeded: readonly PersonVersion[]) {
    for (const version of seeded) this.live.set(version.id, version);
  }

  /** Hears of a change, to be shown after the delay. */
  note(change: PersonChange): void {
    this.pending.push(change);
  }

  /** Shows what had happened `delayMs` before `now` (epoch ms). What was shown once stays so. */
  advance(now: number, delayMs: number): void {
    // A change waits for those before it, so that all are seen in the order in which they happened.
    const visible = this.pending.findIndex((it) => it.at > now - delayMs);
    const due = this.pending.splice(0, visible === -1 ? this.pending.length : visible);
    for (const change of due) {
      this.seen.push(change);
      const { version } = change;
      if (version.deletedAt === undefined) this.live.set(version.id, version);
      else this.live.delete(version.id);
    }
  }

  /** The number of changes shown so far. */
  get position(): number {
    return this.seen.length;
  }

  /** The persons that are shown as live. */
  listLive(): PersonVersion[] {
    return [...this.live.values()];
  }

  /** The last state of each person that changed after a position; deleted ones too. */
  listChanged(position: number): PersonVersion[] {
    const changed = new Map<string, PersonChange>();
    for (let index = position; index < this.seen.length; index++) {
      const change = this.seen[index]!;
      changed.set(change.version.id, change);
    }
    return [...changed.values()].filter((it) => it.isTold).map((it) => it.version);
  }
}
