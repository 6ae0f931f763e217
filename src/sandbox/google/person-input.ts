import type { DiscoveryCheck } from './discovery-check.js';
import type { GroupBook } from './group-book.js';
import { SINGLETONS } from './merge-fields.js';
import {
  computeEtag,
  computeSourceEtag,
  type FieldValue,
  listGroups,
  type PersonFields,
  type PersonVersion,
  toSourceId,
  WRITABLE_FIELDS,
  type WritableField,
} from './person-record.js';
import { failedPrecondition, invalid, invalidField } from './replies.js';

/** A person as a request sends it; the document has checked its shape. */
export type PersonInput = Readonly<Partial<Record<WritableField, readonly FieldValue[]>>> & {
  readonly etag?: string;
  readonly metadata?: {
    readonly sources?: readonly { readonly type?: string; readonly id?: string; readonly etag?: string }[];
  };
};

/** Reads persons to be written: what may be stored of them, and whether the writer knows the latest state. */
export class PersonReader {
  constructor(private readonly document: DiscoveryCheck) {}

  /** All fields of a new person. Throws GoogleRefusal (400). */
  readNew(input: PersonInput, groups: GroupBook): PersonFields {
    const fields = this.readFields(input, WRITABLE_FIELDS, groups);
    return Object.fromEntries(Object.entries(fields).filter(([, values]) => values.length > 0));
  }

  /** The fields that the mask names, each to be replaced whole; an empty one is cleared. Throws GoogleRefusal (400). */
  readChanges(input: PersonInput, mask: readonly WritableField[], groups: GroupBook): PersonFields {
    const fields = this.readFields(input, mask, groups);
    if (mask.includes('memberships') && fields.memberships?.length === 0) {
      throw invalid('Contact must always be in at least one contact group.');
    }
    return fields;
  }

  private readFields(input: PersonInput, mask: readonly WritableField[], groups: GroupBook): PersonFields {
    const fields: Partial<Record<WritableField, FieldValue[]>> = {};
    for (const field of mask) {
      const values = (input[field] ?? []).map((it) => this.strip(field, it)).filter(hasContent);
      if (SINGLETONS.includes(field) && values.length > 1) {
        throw invalidField(
          `person.${field} is a singleton for contact sources; got ${values.length}.`,
          field,
        );
      }
      checkValues(field, values);
      fields[field] = field === 'names' ? values.map(splitName) : values;
    }
    const unknown = listGroups(fields).find((it) => !groups.has(it));
    if (unknown !== undefined) throw invalid(`Contact group "${unknown}" does not exist.`);
    return fields;
  }

  /** A value without what Google works out itself; of its metadata only the mark of the primary one stays. */
  private strip(field: WritableField, value: FieldValue): FieldValue {
    const ignored = ['metadata', ...this.document.readOnlyKeys(field)];
    const kept = Object.fromEntries(Object.entries(value).filter(([key]) => !ignored.includes(key)));
    const isPrimary = (value.metadata as FieldValue | undefined)?.sourcePrimary === true;
    return isPrimary ? { ...kept, metadata: { sourcePrimary: true } } : kept;
  }
}

/**
 * Checks that the writer has seen the latest state: by the etag of the CONTACT source, or by the person's own.
 * Throws GoogleRefusal (400): INVALID_ARGUMENT without one, FAILED_PRECONDITION for another.
 */
export function checkEtag(input: PersonInput, version: PersonVersion): void {
  const sources = (input.metadata?.sources ?? []).filter((it) => it.type === 'CONTACT');
  const source = sources.find((it) => it.id === undefined || it.id === toSourceId(version.id));
  if (sources.length > 0 && !source) {
    throw invalid('Request person.metadata.sources.id is not that of the contact that is being updated.');
  }
  const given = source?.etag ?? input.etag;
  if (!given) {
    throw invalid(
      'Request must set person.etag or person.metadata.sources.etag for the source that is being updated.',
    );
  }
  const current = source?.etag ? computeSourceEtag(version) : computeEtag(version);
  if (given !== current) {
    throw failedPrecondition(
      'Request person.etag is different than the current person.etag. Clear local cache and get the latest person.',
    );
  }
}

/** What Google Contacts holds in one field of a contact, in characters. */
const MOST_CHARACTERS = 1_024;

/** Refuses texts that are too long, and more than one primary value (FieldMetadata.sourcePrimary). */
function checkValues(field: WritableField, values: readonly FieldValue[]): void {
  for (const value of values) {
    const long = Object.entries(value).find(
      ([, text]) => typeof text === 'string' && text.length > MOST_CHARACTERS,
    );
    if (!long || field === 'biographies') continue;
    throw invalidField(
      `person.${field}.${long[0]} is longer than ${MOST_CHARACTERS} characters.`,
      `person.${field}.${long[0]}`,
    );
  }
  if (values.filter((it) => it.metadata !== undefined).length > 1) {
    throw invalidField(`person.${field} has more than one value marked as sourcePrimary.`, `person.${field}`);
  }
}

function hasContent({ metadata: _mark, ...content }: FieldValue): boolean {
  return Object.values(content).some((it) => it !== '' && it !== null && it !== undefined);
}

/** A name that comes as one text only is taken apart: the last word is the family's. */
function splitName(value: FieldValue): FieldValue {
  const { unstructuredName, ...parts } = value;
  if (Object.keys(parts).some((it) => it !== 'metadata') || typeof unstructuredName !== 'string')
    return parts;
  const words = unstructuredName.trim().split(/\s+/);
  const familyName = words.length > 1 ? words.pop() : undefined;
  return { ...parts, givenName: words.join(' '), ...(familyName && { familyName }) };
}
