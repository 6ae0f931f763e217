import {
  type ContactChange,
  contactFields,
  type FieldChange,
  type PageOf,
  type PageRequest,
} from '../domain/index.js';
import { toPage } from './keyset.js';

/** The columns of the change log `h` under the names of a `ContactChange`. */
export const loggedColumns = `h.id, h.contact_id AS "contactId", h.kind::text AS kind, h.source::text AS source,
  NULL::text AS platform, h.sync_run_id AS "syncRunId", h.at, h.changed_at AS "changedAt", h.fields`;

/** A change in the order of its list, and whose list it is: a contact's or a run's. */
export interface ChangeRow extends Omit<ContactChange, 'fields'> {
  readonly owner: string;
  /** Each field to [before, after]. */
  readonly fields: Readonly<Record<string, readonly [string | null, string | null]>>;
}

/** One page per owner, in the order of the owners. */
export function toPages(
  owners: readonly string[],
  rows: readonly ChangeRow[],
  page: PageRequest,
  order: string,
): PageOf<ContactChange>[] {
  const byOwner = new Map(owners.map((id) => [id, [] as ChangeRow[]]));
  for (const row of rows) byOwner.get(row.owner)?.push(row);
  return [...byOwner.values()].map((own) =>
    toPage(own, page, order, (row) => ({
      node: readChange(row),
      place: { value: row.at.toISOString(), id: row.id },
    })),
  );
}

function readChange({ owner: _owner, fields, ...row }: ChangeRow): ContactChange {
  return { ...row, fields: readFields(fields) };
}

/** As they are stored, each field to [before, after]; in the order in which the fields are declared. */
export function readFields(pairs: ChangeRow['fields']): FieldChange[] {
  return contactFields.flatMap(({ name }) => {
    const pair = pairs[name];
    return pair ? [{ field: name, before: pair[0], after: pair[1] }] : [];
  });
}
