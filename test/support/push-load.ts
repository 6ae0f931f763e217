import { expect } from 'vitest';
import type { ApiClient } from './api-client.js';
import { readContacts } from './contact-comparison.js';
import type { PlatformName } from './sync-client.js';
import type { ThreeCrms } from './three-crms.js';

/** Where each platform takes new contacts. */
export const createPaths: Readonly<Record<PlatformName, string>> = {
  HUBSPOT: '/crm/objects/2026-03/contacts/batch/create',
  SALESFORCE: '/services/data/v67.0/composite/sobjects',
  GOOGLE: '/v1/people:batchCreateContacts',
};

/** So many people with e-mail addresses of that name's own; one in a hundred has none. */
export function people(name: string, count: number) {
  return Array.from({ length: count }, (_, at) => ({
    ...{ firstName: `Given${at}`, lastName: `Family${at}`, phone: `+493012${10_000 + at}` },
    ...(at % 100 > 0 && { email: `person${at}@${name}.example.com` }),
  }));
}

/** The CRM holds so many records, each of them one contact's, and each contact has one. */
export async function expectOnce(
  crms: ThreeCrms,
  client: ApiClient,
  platform: PlatformName,
  count: number,
): Promise<void> {
  const live = (await crms.on[platform].live(client.user)).map((it) => it.externalId);
  expect(live).toHaveLength(count);
  const marks = (await readContacts(client)).map((it) => it.crmStatus.map((mark) => mark.externalId));
  expect(marks).toHaveLength(count);
  expect(marks.flat().sort()).toEqual(live.sort());
}
