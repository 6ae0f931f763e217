import {
  type ContactField,
  contactFields,
  normalizeValues,
  type RecordFault,
  type SourceRecord,
  type Tombstone,
} from '../../domain/index.js';

export const recordType = 'contact';

const fieldProperties = contactFields.map(({ name, platforms }) => [name, platforms.HUBSPOT] as const);

/** Asked for with every contact; `hs_merged_object_ids` says which records its merges have taken in. */
export const requestedProperties: readonly string[] = [
  ...fieldProperties.map(([, property]) => property),
  'lastmodifieddate',
  'hs_object_id',
  'createdate',
  'hs_merged_object_ids',
];

/** One entry of a reply: what paging needs of it, and what became of it. */
export interface Entry {
  /** Null where HubSpot sent no usable id. */
  readonly id: string | null;
  /** When HubSpot last changed it (ms); null where it does not tell. */
  readonly modifiedAt: number | null;
  /** When it was made (ms, HubSpot's clock); null where HubSpot does not tell. */
  readonly createdAt: number | null;
  readonly outcome: { readonly record: SourceRecord } | { readonly fault: RecordFault };
}

interface RawContact {
  readonly id?: unknown;
  readonly properties?: unknown;
  readonly createdAt?: unknown;
  readonly updatedAt?: unknown;
  readonly url?: unknown;
}

/** Where HubSpot's web app shows a contact, where a reply does not tell. */
export function urlsOf(appUrl: string, accountId: string): (id: string) => string {
  return (id) => `${appUrl}/contacts/${accountId}/record/0-1/${id}`;
}

/** A contact as HubSpot sent it → ours. Nothing of it is trusted; a record that does not fit becomes a fault. */
export function convertContact(raw: unknown, urlOf: (id: string) => string): Entry {
  const contact: RawContact = isObject(raw) ? raw : {};
  const id = idOf(contact.id);
  const properties = isObject(contact.properties) ? contact.properties : undefined;
  const modifiedAt = timeOf(properties?.lastmodifieddate) ?? timeOf(contact.updatedAt);
  const createdAt = timeOf(properties?.createdate) ?? timeOf(contact.createdAt);
  const times = { modifiedAt, createdAt };
  const fault = (message: string): Entry => ({ id, ...times, outcome: { fault: faultOf(id, message) } });
  if (id === null) return fault('HubSpot sent a contact without a usable id.');
  if (!properties) return fault('HubSpot sent this contact without its properties.');
  const odd = fieldProperties.find(([, property]) => !isTextOrNone(properties[property]));
  if (odd) return fault(`HubSpot's property ${odd[1]} is not a text.`);
  const { values, faults } = normalizeValues(rawValues(properties));
  if (faults.length > 0)
    return fault(`${faults.map(({ message }) => message).join(' ')} Shorten it in HubSpot.`);
  const url = webAddress(contact.url) ?? urlOf(id);
  const updatedAt = modifiedAt === null ? null : new Date(modifiedAt);
  const replaces = mergedIds(properties.hs_merged_object_ids).filter((merged) => merged !== id);
  return {
    id,
    ...times,
    outcome: { record: { externalId: id, recordType, url, updatedAt, values, replaces } },
  };
}

/** An archived contact as HubSpot sent it → the news of its deletion. */
export function convertArchived(raw: unknown): { tombstone: Tombstone } | { fault: RecordFault } {
  const contact = isObject(raw) ? (raw as { id?: unknown; archivedAt?: unknown; updatedAt?: unknown }) : {};
  const id = idOf(contact.id);
  const archivedAt = timeOf(contact.archivedAt) ?? timeOf(contact.updatedAt);
  const at = archivedAt === null ? null : new Date(archivedAt);
  if (id !== null) return { tombstone: { externalId: id, recordType, at } };
  return { fault: faultOf(null, 'HubSpot sent an archived contact without a usable id.') };
}

/** Ids are numbers beyond 2^53: they compare as big integers. */
export function isHigher(id: string, than: string): boolean {
  return BigInt(id) > BigInt(than);
}

function rawValues(
  properties: Readonly<Record<string, unknown>>,
): Partial<Record<ContactField, string | null>> {
  const values: Partial<Record<ContactField, string | null>> = {};
  for (const [field, property] of fieldProperties)
    values[field] = (properties[property] as string | null) ?? null;
  return values;
}

function faultOf(externalId: string | null, message: string): RecordFault {
  return { externalId, code: 'INVALID_RECORD', message, retryable: false };
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' && /^\d{1,30}$/.test(value) ? value : null;
}

/** A list with semicolons; the search may give null where the list gives the ids. */
function mergedIds(value: unknown): string[] {
  return typeof value === 'string' ? value.split(';').flatMap((id) => idOf(id.trim()) ?? []) : [];
}

/** Beyond it no database and no person reads a date (ms). */
const endOfYears = Date.parse('9999-12-31T23:59:59.999Z');

function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return ms >= 0 && ms <= endOfYears ? ms : null;
}

function isTextOrNone(value: unknown): boolean {
  return value === null || value === undefined || typeof value === 'string';
}

/** Shown to users as a link: nothing but a web address may come through. */
function webAddress(value: unknown): string | null {
  const isAddress = typeof value === 'string' && /^https?:\/\/[^\s\p{Cc}\p{Cs}]{1,2048}$/u.test(value);
  return isAddress ? value : null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
