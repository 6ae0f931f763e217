import { platformNames, type RunBrake } from '../domain/index.js';
import type { ClaimedRun, PushStanding, PushTotal } from '../store/index.js';

/** What a run has to ask its user before it goes on; null: nothing. */
export interface Brake {
  readonly brake: RunBrake;
  readonly words: string;
}

/** Deletions that the CRM told of: more than the integration's share of the linked contacts? */
export function brakeDeletions(
  claim: ClaimedRun,
  held: number,
  { linked, massDeleteLimit }: PushStanding,
): Brake | null {
  if (!isTooMany(held, linked, massDeleteLimit) || claim.approved.includes('MASS_DELETE')) return null;
  const name = platformNames[claim.run.platform];
  const words = `${name} has deleted ${held} of the ${linked} linked contacts, more than ${percent(massDeleteLimit)}. Approve to delete them here too, or cancel.`;
  return { brake: 'MASS_DELETE', words };
}

/** What would be sent: too many deletions, or the first push into a CRM that holds contacts already? */
export function brakePushes(
  claim: ClaimedRun,
  totals: readonly PushTotal[],
  standing: PushStanding,
  holdsContacts: boolean,
): Brake | null {
  const countOf = (wanted: PushTotal['kind']) =>
    totals.reduce((sum, { kind, count }) => (kind === wanted ? sum + count : sum), 0);
  const [created, updated, deleted] = [countOf('CREATE'), countOf('UPDATE'), countOf('DELETE')];
  const name = platformNames[claim.run.platform];
  const isFirst = created + updated + deleted > 0 && !standing.hasPushed && holdsContacts;
  if (isFirst && !claim.approved.includes('FIRST_PUSH')) {
    const words = `This is the first push to ${name}, which already holds contacts. It would create ${created}, change ${updated} and delete ${deleted} there. Look at the run's changes, then approve or cancel.`;
    return { brake: 'FIRST_PUSH', words };
  }
  const { linked, massDeleteLimit } = standing;
  if (!isTooMany(deleted, linked, massDeleteLimit) || claim.approved.includes('MASS_DELETE_IN_CRM'))
    return null;
  const words = `Would delete ${deleted} of the ${linked} linked contacts in ${name}, more than ${percent(massDeleteLimit)}. Approve or cancel.`;
  return { brake: 'MASS_DELETE_IN_CRM', words };
}

function isTooMany(deletions: number, linked: number, limit: number): boolean {
  return deletions > 0 && deletions > limit * linked;
}

function percent(share: number): string {
  return `${Math.round(share * 1_000) / 10} %`;
}
