import type { CrmState } from '../domain/index.js';

/**
 * Whether a connected platform holds the contact. `IS TRUE` keeps the list of links a list, which is read once and
 * looked up by hash. As a join it is compared with every contact, one by one, as long as PostgreSQL has no
 * statistics of a new user and takes him to have one contact.
 */
export const isHeld = (where: string) => `(c.id IN (SELECT m.contact_id
  FROM crm_contact_mappings m JOIN crm_integrations i USING (user_id, platform)
  WHERE m.user_id = $1 AND i.state <> 'DISCONNECTED' AND ${where}))`;

export const isLiving = `m.state <> 'DELETED_REMOTELY'`;
const rankOf = (link: string) => `(${link}.state = 'DELETED_REMOTELY', ${link}.created_at, ${link}.id)`;
/** Of several records on one platform, as after a merge, one is shown, always the same: the oldest link, a living one first. */
export const isShown = `NOT EXISTS (SELECT FROM crm_contact_mappings l WHERE l.user_id = m.user_id
  AND l.contact_id = m.contact_id AND l.platform = m.platform AND ${rankOf('l')} < ${rankOf('m')})`;

/** A link in step that has something to send is on its way, unless its integration only reads. */
const isToBeSent = `m.push_due AND i.direction <> 'PULL'`;
/** The state of a link `m` of an integration `i` as clients see it; PENDING is never stored. */
export const shownState = `CASE WHEN m.state = 'SYNCED' AND ${isToBeSent} THEN 'PENDING' ELSE m.state END`;

/** The same as a condition, in the form in which indexes and statistics of the stored columns serve. */
export function hasShownState(state: CrmState): string {
  if (state === 'PENDING') return `m.state = 'SYNCED' AND ${isToBeSent}`;
  if (state === 'SYNCED') return `m.state = 'SYNCED' AND NOT (${isToBeSent})`;
  return `m.state = '${state}'`;
}
