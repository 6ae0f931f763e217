import Table from 'cli-table3';
import type { FirstContactsQuery, Platform } from './gql/graphql.js';

const letters: Record<Platform, string> = { HUBSPOT: 'H', SALESFORCE: 'S', GOOGLE: 'G' };

/** The contacts with their badge (where they came from) and a mark per CRM that holds them. */
export function drawContacts(contacts: FirstContactsQuery['contacts']['nodes']): string {
  const table = new Table({
    head: ['From', 'Name', 'E-mail', 'Phone', 'Company', 'In'],
    style: { head: [], border: [], compact: true },
  });
  for (const { badge, displayName, email, phone, company, crmStatus } of contacts) {
    const marks = crmStatus.map(({ platform }) => `✓${letters[platform]}`).join(' ');
    table.push([badge, ...[displayName, email, phone, company].map(clip), marks]);
  }
  return table.toString();
}

const widest = 32;

function clip(text: string | null | undefined): string {
  const points = [...(text ?? '')];
  return points.length > widest ? `${points.slice(0, widest - 1).join('')}…` : points.join('');
}
