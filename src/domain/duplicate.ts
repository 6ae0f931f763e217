export const duplicateReasons = ['EMAIL', 'PHONE', 'NAME_AND_COMPANY'] as const;
export type DuplicateReason = (typeof duplicateReasons)[number];

/** Two contacts that may be one person; nothing is merged without being asked. */
export interface PossibleDuplicate {
  /** The same pair has the same id. */
  readonly id: string;
  /** The older one first. */
  readonly contactIds: readonly [string, string];
  /** 0 to 1: how much speaks for it. */
  readonly score: number;
  readonly reasons: readonly DuplicateReason[];
}
