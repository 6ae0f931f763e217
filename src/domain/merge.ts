import { type ContactField, type ContactValues, contactFields } from './contact-fields.js';

export const conflictPolicies = ['NEWEST_WINS', 'CRM_WINS', 'LOCAL_WINS', 'ASK'] as const;
export type ConflictPolicy = (typeof conflictPolicies)[number];

export type Side = 'LOCAL' | 'REMOTE';

export interface MergeResult {
  /** The values that the contact should have now. */
  readonly values: ContactValues;
  /** The fields that both sides changed, to different values; `winnerOf` has decided them. */
  readonly disputed: readonly ContactField[];
}

/**
 * Three-way merge per field against the values that both sides last agreed on. One side changed: its
 * value is taken. Both changed, to different values: `winnerOf` decides. Where no base is known (a first
 * link), a value beats none, and of two values the winner's stays.
 * @param held what a record of the local values holds, where the CRM fills what it insists on: what it has by that nobody has changed;
 *   at a first link it is the record's own value all the same
 */
export function mergeValues(
  base: ContactValues | null,
  local: ContactValues,
  remote: ContactValues,
  winnerOf: (field: ContactField) => Side,
  held: ContactValues = local,
): MergeResult {
  const values = { ...local };
  const disputed: ContactField[] = [];
  for (const { name } of contactFields) {
    const merged = mergeField(base ? base[name] : undefined, local[name], remote[name], held[name]);
    if (merged !== 'DISPUTED') values[name] = merged.value;
    else {
      disputed.push(name);
      values[name] = winnerOf(name) === 'LOCAL' ? local[name] : remote[name];
    }
  }
  return { values, disputed };
}

function mergeField(
  base: string | null | undefined,
  local: string | null,
  remote: string | null,
  held: string | null,
): { value: string | null } | 'DISPUTED' {
  if (local === remote || remote === base) return { value: local };
  if (base !== undefined && held === remote) return { value: local };
  if (local === base || held === base) return { value: remote };
  if (base === undefined && (local === null || remote === null)) return { value: local ?? remote };
  return 'DISPUTED';
}

/**
 * Who wins a field that both sides changed; `ASK` keeps the local value until its user has chosen.
 * @param localAt when the contact's field got its value, by the clock of who changed it; null: never that we know
 * @param remoteAt when the CRM last changed its record; null: it does not tell
 */
export function winnerBy(policy: ConflictPolicy, localAt: Date | null, remoteAt: Date | null): Side {
  if (policy === 'CRM_WINS') return 'REMOTE';
  if (policy === 'LOCAL_WINS' || policy === 'ASK') return 'LOCAL';
  if (remoteAt === null) return 'LOCAL';
  return localAt === null || remoteAt >= localAt ? 'REMOTE' : 'LOCAL';
}
