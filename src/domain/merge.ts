import { type ContactField, type ContactValues, contactFields } from './contact-fields.js';

export const conflictPolicies = ['NEWEST_WINS', 'CRM_WINS', 'LOCAL_WINS', 'ASK'] as const;
export type ConflictPolicy = (typeof conflictPolicies)[number];

export interface MergeResult {
  /** The values that the contact should have now. */
  readonly values: ContactValues;
  /** The fields that both sides changed, to different values; `winner` has decided them. */
  readonly disputed: readonly ContactField[];
}

/**
 * Three-way merge per field against the values that both sides last agreed on. One side changed: its
 * value is taken. Both changed, to different values: `winner` decides. Where no base is known (a first
 * link), a value beats none, and of two values the winner's stays.
 */
export function mergeValues(
  base: ContactValues | null,
  local: ContactValues,
  remote: ContactValues,
  winner: 'LOCAL' | 'REMOTE',
): MergeResult {
  const values = { ...local };
  const disputed: ContactField[] = [];
  for (const { name } of contactFields) {
    const merged = mergeField(base ? base[name] : undefined, local[name], remote[name]);
    if (merged === 'DISPUTED') disputed.push(name);
    values[name] = merged === 'DISPUTED' ? sideOf(winner, local[name], remote[name]) : merged.value;
  }
  return { values, disputed };
}

function mergeField(
  base: string | null | undefined,
  local: string | null,
  remote: string | null,
): { value: string | null } | 'DISPUTED' {
  if (local === remote || remote === base) return { value: local };
  if (local === base) return { value: remote };
  if (base === undefined && (local === null || remote === null)) return { value: local ?? remote };
  return 'DISPUTED';
}

function sideOf<T>(winner: 'LOCAL' | 'REMOTE', local: T, remote: T): T {
  return winner === 'LOCAL' ? local : remote;
}

/** Who wins where both sides changed; `ASK` keeps the local value until its user has chosen. */
export function winnerBy(policy: ConflictPolicy, localAt: Date, remoteAt: Date | null): 'LOCAL' | 'REMOTE' {
  if (policy === 'CRM_WINS') return 'REMOTE';
  if (policy === 'LOCAL_WINS' || policy === 'ASK') return 'LOCAL';
  return remoteAt !== null && remoteAt >= localAt ? 'REMOTE' : 'LOCAL';
}
