import type { ApiClient } from './api-client.js';
import { type ApiContact, readContacts } from './contact-comparison.js';
import type { PlatformName } from './sync-client.js';
import type { ThreeCrms } from './three-crms.js';
import { isWrite, runThrough } from './two-way-client.js';

type Input = Readonly<
  Partial<Record<'firstName' | 'lastName' | 'email' | 'phone' | 'company' | 'title', string | null>>
>;
type Mark = ApiContact['crmStatus'][number];

/** Why a record failed, as a run lists it. */
export interface RecordFailure {
  readonly contactId: string | null;
  readonly externalId: string | null;
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** The id of the new contact. */
export async function create(client: ApiClient, input: Input): Promise<string> {
  const { createContact } = await client.query(
    'mutation ($input: ContactInput!) { createContact(input: $input) { contact { id } } }',
    { input },
  );
  return createContact.contact.id;
}

export async function edit(client: ApiClient, id: string, input: Input): Promise<void> {
  await client.query(
    'mutation ($id: ID!, $input: ContactInput!) { updateContact(id: $id, input: $input) { contact { id } } }',
    { id, input },
  );
}

/** At most 1,000. */
export async function importAll(client: ApiClient, input: readonly Input[]): Promise<void> {
  await client.query(
    'mutation ($input: [ContactInput!]!) { importContacts(input: $input) { created errors { message } } }',
    { input },
  );
}

export async function remove(client: ApiClient, ids: readonly string[]): Promise<void> {
  await client.query('mutation ($ids: [ID!]!) { deleteContacts(ids: $ids) { contactIds } }', { ids });
}

export async function restore(client: ApiClient, ids: readonly string[]): Promise<void> {
  await client.query('mutation ($ids: [ID!]!) { restoreContacts(ids: $ids) { contactIds } }', { ids });
}

export async function disconnect(
  client: ApiClient,
  platform: PlatformName,
  deleteContacts: boolean,
): Promise<void> {
  await client.query(
    `mutation ($platform: Platform!, $deleteContacts: Boolean!) {
      disconnectIntegration(platform: $platform, deleteContacts: $deleteContacts) { integration { state } } }`,
    { platform, deleteContacts },
  );
}

/** Settings of a platform, by their names in the API. */
export async function setUp(client: ApiClient, platform: PlatformName, settings: object): Promise<void> {
  await client.query(
    `mutation ($input: UpdateIntegrationSettingsInput!) {
      updateIntegrationSettings(input: $input) { integration { id } } }`,
    { input: { platform, ...settings } },
  );
}

/** What failed in a run. */
export async function failuresOf(client: ApiClient, runId: string): Promise<RecordFailure[]> {
  const { syncRun } = await client.query(
    `query ($id: ID!) { syncRun(id: $id) { recordErrors(first: 100) { edges { node {
      contactId externalId code message retryable } } } } }`,
    { id: runId },
  );
  return syncRun.recordErrors.edges.map((it: { node: RecordFailure }) => it.node);
}

/** How a contact stands on a platform; undefined where it has no mark there, or is not there at all. */
export async function markOf(
  client: ApiClient,
  id: string,
  platform: PlatformName,
): Promise<Mark | undefined> {
  const contact = (await readContacts(client)).find((it) => it.id === id);
  return contact?.crmStatus.find((it) => it.platform === platform);
}

/** A user whose CRM is read, and into whose CRM something was sent already: from now on no run asks for being the first. */
export async function openTwoWayUser(
  crms: ThreeCrms,
  url: string,
  name: string,
  platform: PlatformName,
): Promise<ApiClient> {
  const client = await crms.connect(url, name, [platform]);
  await runThrough(client, { platform, direction: 'PULL', mode: 'FULL' });
  const [contact] = await readContacts(client);
  await edit(client, contact!.id, { title: 'First push' });
  await runThrough(client, { platform, direction: 'TWO_WAY' });
  return client;
}

/** The calls since then that have changed something in the account of the user's name. */
export async function writesSince(
  crms: ThreeCrms,
  client: ApiClient,
  platform: PlatformName,
  since = 0,
): Promise<number> {
  return (await crms.on[platform].sandbox.calls(since, client.user)).filter(isWrite).length;
}

/** What was changed in the CRM is shown by its lists and searches at once. */
export async function showAtOnce(crms: ThreeCrms): Promise<void> {
  await crms.on.HUBSPOT.sandbox.limits({ searchLagMs: 0 });
  await crms.on.GOOGLE.sandbox.limits({ visibleAfterMs: 0 });
}
