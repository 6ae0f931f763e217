import { openFields, sealFields } from '../oauth/seal.js';

/** Where a sync goes on. */
export interface SyncPoint {
  /** The number of changes that were visible. */
  readonly position: number;
  /** When the full sync began that the chain of tokens goes back to; by the account's own clock, epoch ms. */
  readonly fullSyncAt: number;
  /** The parameters of the first call, to which later ones must be equal. */
  readonly signature: string;
}

/** A sync token is read as its point, as expired, or as none at all. */
export type TokenReading = SyncPoint | 'expired' | 'malformed';

const LIFE_MS = 7 * 86_400_000;
const MARK = 'sync';

/**
 * The sync tokens of one list of one account. They are good for seven days after the full sync, and for
 * this life of the account only: the changes of a sandbox that was restarted are numbered anew.
 */
export class SyncTokens {
  private clockShiftMs = 0;

  constructor(
    private readonly owner: string,
    private readonly life: string,
    private readonly secret: string,
  ) {}

  /** The moment from which a full sync that begins at `now` counts. */
  stamp(now: number): number {
    return now + this.clockShiftMs;
  }

  /** Makes all tokens older by that time. */
  age(ms: number): void {
    this.clockShiftMs += ms;
  }

  write({ position, fullSyncAt, signature }: SyncPoint): string {
    const fields = [MARK, this.owner, this.life, String(position), String(fullSyncAt), signature];
    return sealFields(fields, this.secret);
  }

  read(token: string, now: number): TokenReading {
    const fields = openFields(token, this.secret);
    if (fields?.[0] !== MARK || fields[1] !== this.owner) return 'malformed';
    const [, , life, position, fullSyncAt, signature = ''] = fields;
    if (life !== this.life || this.stamp(now) - Number(fullSyncAt) > LIFE_MS) return 'expired';
    return { position: Number(position), fullSyncAt: Number(fullSyncAt), signature };
  }
}
