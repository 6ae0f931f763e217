import {
  computeEtag,
  computeSourceEtag,
  type FieldValue,
  type PersonVersion,
  type ReadableField,
  toResourceName,
  toSourceId,
  WRITABLE_FIELDS,
  type WritableField,
} from './person-record.js';
import { describeValue } from './value-words.js';

/** A person in Google's shape. */
export type PublicPerson = Readonly<Record<string, unknown>>;

/** How a person is shown. */
interface RenderOptions {
  /** Lists show no more than 100 e-mail addresses and phone numbers of one person. */
  readonly isListed?: boolean;
  /** Whether the names that merges ended are told. */
  readonly showsPrevious?: boolean;
  readonly kind?: keyof typeof KINDS;
}

const KINDS = {
  contact: { type: 'CONTACT', prefix: 'people' },
  other: { type: 'OTHER_CONTACT', prefix: 'otherContacts' },
} as const;

const MOST_LISTED_VALUES = 100;
const CUT_IN_LISTS: readonly WritableField[] = ['emailAddresses', 'phoneNumbers'];
const DEFAULT_PHOTO_URL = 'https://lh3.googleusercontent.com/cm/default-user=s100';

/** Shows the fields that the mask names. */
export function renderPerson(
  version: PersonVersion,
  mask: ReadonlySet<ReadableField>,
  options: RenderOptions = {},
): PublicPerson {
  const { isListed = false, showsPrevious = false, kind = 'contact' } = options;
  const { type, prefix } = KINDS[kind];
  const source = { type, id: toSourceId(version.id) };
  const person: Record<string, unknown> = {
    resourceName: `${prefix}/${version.id}`,
    etag: computeEtag(version),
  };
  if (mask.has('metadata')) person.metadata = renderMetadata(version, source, showsPrevious);
  for (const field of WRITABLE_FIELDS) {
    const values = version.fields[field];
    if (!values || !mask.has(field)) continue;
    const isCut = isListed && CUT_IN_LISTS.includes(field);
    person[field] = renderValues(field, isCut ? values.slice(0, MOST_LISTED_VALUES) : values, source);
  }
  if (mask.has('photos')) {
    const photo = version.photoUrl ? { url: version.photoUrl } : { url: DEFAULT_PHOTO_URL, default: true };
    person.photos = [{ metadata: { primary: true, source }, ...photo }];
  }
  return person;
}

/** A deleted person as syncs show it: the name, and what the mask lets through of the bad news. */
export function renderDeleted(version: PersonVersion, mask: ReadonlySet<ReadableField>): PublicPerson {
  const resourceName = toResourceName(version.id);
  return mask.has('metadata') ? { resourceName, metadata: { deleted: true } } : { resourceName };
}

function renderMetadata(version: PersonVersion, source: FieldValue, showsPrevious: boolean): object {
  const updateTime = new Date(version.updatedAt).toISOString();
  return {
    sources: [{ ...source, etag: computeSourceEtag(version), updateTime }],
    ...(showsPrevious &&
      version.previousIds.length > 0 && {
        previousResourceNames: version.previousIds.map(toResourceName),
      }),
    objectType: 'PERSON',
  };
}

/** The primary value is the one that was marked, or the first; groups know no primary one. */
function renderValues(field: WritableField, values: readonly FieldValue[], source: FieldValue): FieldValue[] {
  const marked = values.findIndex((it) => (it.metadata as FieldValue | undefined)?.sourcePrimary === true);
  const primary = field === 'memberships' ? -1 : Math.max(0, marked);
  return values.map(({ metadata: _stored, ...value }, index) => ({
    metadata: { ...(index === primary && { primary: true, sourcePrimary: true }), source },
    ...describeValue(field, value),
  }));
}
