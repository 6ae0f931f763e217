import { z } from 'zod';
import {
  type ContactValues,
  normalizeValues,
  type RecordFault,
  type SourceRecord,
  type Tombstone,
} from '../../domain/index.js';
import { choosePrimary, hasText } from './choose.js';
import { markersOf } from './marker.js';

export const recordType = 'person';

/** Asked for with every person; `metadata` tells of deletions, former names and times, `clientData` holds our marker. */
export const personFields = 'names,emailAddresses,phoneNumbers,organizations,metadata,clientData';

/** One person of a reply: what became of it. Who is gone is gone under all the names that are told. */
export type Outcome =
  | { readonly record: SourceRecord }
  | { readonly tombstones: readonly Tombstone[] }
  | { readonly fault: RecordFault };

/** Google's names are ASCII, `people/…`; more may come than its documents show, so nothing else is read into them. */
export const namePattern = /^people\/[\w-]{1,128}$/;

const text = z.string().nullish();
const metadata = z.object({ primary: z.boolean().nullish(), sourcePrimary: z.boolean().nullish() }).nullish();
const valuesOf = <T extends z.ZodRawShape>(shape: T) => z.array(z.object({ metadata, ...shape })).nullish();

const personShape = z.object({
  resourceName: z.string().regex(namePattern),
  metadata: z
    .object({
      deleted: z.boolean().nullish(),
      previousResourceNames: z.array(z.string()).nullish(),
      sources: z.array(z.object({ type: text, updateTime: text })).nullish(),
    })
    .nullish(),
  names: valuesOf({ givenName: text, familyName: text, displayName: text }),
  emailAddresses: valuesOf({ value: text }),
  phoneNumbers: valuesOf({ value: text, canonicalForm: text }),
  organizations: valuesOf({ name: text, title: text, current: z.boolean().nullish() }),
  clientData: z.unknown().optional(),
});

/** What is read of a person. */
export type Person = z.infer<typeof personShape>;

/** A person as Google sent it → ours. Nothing of it is trusted; a record that does not fit becomes a fault. */
export function convertPerson(raw: unknown): Outcome {
  const parsed = personShape.safeParse(raw);
  if (!parsed.success) return misfit(raw, parsed.error);
  const person = parsed.data;
  const { resourceName: externalId } = person;
  const updatedAt = updateTimeOf(person);
  if (person.metadata?.deleted) return goneAs([externalId, ...formerNames(person)], updatedAt);
  const { values, faults } = normalizeValues(rawValues(person));
  if (faults.length > 0) {
    const words = faults.map(({ message }) => message).join(' ');
    return { fault: faultOf(externalId, `${words} Shorten it in Google Contacts.`) };
  }
  const url = `https://contacts.google.com/person/${externalId.slice('people/'.length)}`;
  const marker = markersOf(person)[0] ?? null;
  return {
    record: { externalId, recordType, url, updatedAt, values, replaces: formerNames(person), marker },
  };
}

/** What became of a person who was asked for under this name, which may be a former one. */
export function underName(requested: string, outcome: Outcome): Outcome {
  if ('fault' in outcome) return { fault: { ...outcome.fault, externalId: requested } };
  if ('tombstones' in outcome) return goneAs([requested], outcome.tombstones[0]?.at ?? null);
  if (outcome.record.externalId === requested) return outcome;
  const replaces = [...new Set([...outcome.record.replaces, requested])];
  return { record: { ...outcome.record, replaces } };
}

/** A person's values as they are read; one that is too long for us is not among them. */
export function heldValues(person: PersonValues): Partial<ContactValues> {
  const { values, faults } = normalizeValues(rawValues(person));
  const tooLong = new Set<string>(faults.map(({ field }) => field));
  return Object.fromEntries(Object.entries(values).filter(([field]) => !tooLong.has(field)));
}

/** The news that nobody is there under these names. */
export function goneAs(names: readonly string[], at: Date | null): Outcome {
  return { tombstones: names.map((externalId) => ({ externalId, recordType, at })) };
}

type PersonValues = Pick<Person, 'names' | 'emailAddresses' | 'phoneNumbers' | 'organizations'>;

function rawValues({ names, emailAddresses, phoneNumbers, organizations }: PersonValues) {
  const name = choosePrimary(names ?? []);
  const phone = choosePrimary((phoneNumbers ?? []).filter(hasText));
  const organization = choosePrimary(organizations ?? []);
  return {
    ...nameOf(name),
    email: choosePrimary((emailAddresses ?? []).filter(hasText))?.value,
    phone: phone && numberOf(phone),
    company: organization?.name,
    title: organization?.title,
  };
}

/** Google puts a single name into the given name; so do we with one that it could not take apart. */
export function nameOf(name: NonNullable<Person['names']>[number] | undefined) {
  if (!name) return {};
  const { givenName, familyName, displayName } = name;
  return givenName || familyName
    ? { firstName: givenName, lastName: familyName }
    : { firstName: displayName };
}

/** E.164, where Google could tell the country. */
export function numberOf({ canonicalForm, value }: NonNullable<Person['phoneNumbers']>[number]) {
  return canonicalForm || value;
}

/** Names that the person had before it was merged or renamed. */
function formerNames({ resourceName, metadata }: Person): string[] {
  const names = new Set(metadata?.previousResourceNames ?? []);
  return [...names].filter((name) => name !== resourceName && namePattern.test(name));
}

/** When the contact itself was last changed: a person may have sources that are not the user's. */
function updateTimeOf({ metadata }: Person): Date | null {
  const contacts = (metadata?.sources ?? []).filter(({ type }) => type === 'CONTACT');
  const times = contacts.map(({ updateTime }) => Date.parse(updateTime ?? '')).filter(isUsable);
  return times.length === 0 ? null : new Date(Math.max(...times));
}

/** Beyond it no database and no person reads a date (ms). */
const endOfYears = Date.parse('9999-12-31T23:59:59.999Z');

function isUsable(ms: number): boolean {
  return ms >= 0 && ms <= endOfYears;
}

function misfit(raw: unknown, error: z.ZodError): Outcome {
  const name = (raw as { resourceName?: unknown } | null)?.resourceName;
  if (typeof name !== 'string' || !namePattern.test(name))
    return { fault: faultOf(null, 'Google sent a contact without a usable name of its record.') };
  return {
    fault: faultOf(
      name,
      `Google sent this contact with ${String(error.issues[0]?.path[0])} that do not fit.`,
    ),
  };
}

function faultOf(externalId: string | null, message: string): RecordFault {
  return { externalId, code: 'INVALID_RECORD', message, retryable: false };
}
