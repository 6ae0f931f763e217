import { READABLE_FIELDS, type ReadableField, WRITABLE_FIELDS, type WritableField } from './person-record.js';
import { invalid } from './replies.js';

const HELP = 'Valid paths are documented at https://developers.google.com/people/api/rest/v1/people/get.';

/** Every field, for replies to writes that name none. */
export const ALL_FIELDS: ReadonlySet<ReadableField> = new Set(READABLE_FIELDS);

/** Reads the mask of a read. Throws GoogleRefusal (400) when it is missing or names no field. */
export function readMask(
  text: string | undefined,
  name: string,
  allowed: readonly ReadableField[] = READABLE_FIELDS,
): ReadonlySet<ReadableField> {
  return new Set(readPaths(text, name, allowed));
}

/** Reads the mask of a write. Throws GoogleRefusal (400) when it is missing or names no writable field. */
export function readUpdateMask(text: string | undefined, name: string): WritableField[] {
  return readPaths(text, name, WRITABLE_FIELDS);
}

/** The mask of a read, given by its present name or by the old one, whose paths begin with `person.`. */
export function readPersonFields(query: {
  readonly personFields?: string;
  readonly 'requestMask.includeField'?: string;
}): ReadonlySet<ReadableField> {
  const old = query['requestMask.includeField']?.replaceAll('person.', '');
  return readMask(query.personFields ?? old, 'personFields');
}

function readPaths<Field extends string>(
  text: string | undefined,
  name: string,
  allowed: readonly Field[],
): Field[] {
  const paths = (text ?? '').split(',').map((it) => it.trim());
  const named = paths.filter(Boolean);
  if (named.length === 0) {
    throw invalid(`${name} mask is required. Please specify one or more valid paths. ${HELP}`);
  }
  const unknown = named.find((it) => !(allowed as readonly string[]).includes(it));
  if (unknown !== undefined) throw invalid(`Invalid ${name} mask path: "${unknown}". ${HELP}`);
  return [...new Set(named as Field[])];
}
