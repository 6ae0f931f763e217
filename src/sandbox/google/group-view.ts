import type { Account } from './accounts.js';
import type { ContactGroup } from './group-book.js';
import { listGroups, toResourceName } from './person-record.js';
import { invalid } from './replies.js';

const FIELDS = ['clientData', 'groupType', 'memberCount', 'metadata', 'name'] as const;
const DEFAULT_FIELDS = 'metadata,groupType,memberCount,name';

export type GroupField = (typeof FIELDS)[number];

/** Reads the mask of a group read. Throws GoogleRefusal (400) when it names no field of groups. */
export function readGroupFields(text: string | undefined, name = 'groupFields'): ReadonlySet<GroupField> {
  const paths = (text || DEFAULT_FIELDS).split(',').map((it) => it.trim());
  const unknown = paths.find((it) => !(FIELDS as readonly string[]).includes(it));
  if (unknown !== undefined) throw invalid(`Invalid ${name} mask path: "${unknown}".`);
  return new Set(paths as GroupField[]);
}

/** Counts the members of every group at once. */
export function countMembers({ people }: Account): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { deletedAt, fields } of people.all()) {
    if (deletedAt !== undefined) continue;
    for (const group of listGroups(fields)) counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

/** The resource names of a group's members, at most that many. */
export function listMembers({ people }: Account, group: string, most: number): string[] {
  const members: string[] = [];
  for (const { id, deletedAt, fields } of people.all()) {
    if (members.length >= most) break;
    if (deletedAt === undefined && listGroups(fields).includes(group)) members.push(toResourceName(id));
  }
  return members;
}

/** A group in Google's shape, with the fields that the mask names; a count of zero is left out. */
export function renderGroup(
  group: ContactGroup,
  mask: ReadonlySet<GroupField>,
  counts: ReadonlyMap<string, number>,
): Record<string, unknown> {
  const memberCount = counts.get(group.name) ?? 0;
  const { title, updatedAt, clientData } = group;
  return {
    resourceName: group.name,
    etag: group.etag,
    ...(mask.has('metadata') &&
      updatedAt !== undefined && { metadata: { updateTime: new Date(updatedAt).toISOString() } }),
    ...(mask.has('groupType') && {
      groupType: group.isSystem ? 'SYSTEM_CONTACT_GROUP' : 'USER_CONTACT_GROUP',
    }),
    // A system group is named by its id; only its formatted name is in words.
    ...(mask.has('name') && {
      name: group.isSystem ? group.name.split('/')[1] : title,
      formattedName: title,
    }),
    ...(mask.has('memberCount') && memberCount > 0 && { memberCount }),
    ...(mask.has('clientData') && clientData.length > 0 && { clientData }),
  };
}
