import type { FastifyInstance } from 'fastify';
import type { Account } from './accounts.js';
import { listMembers } from './group-view.js';
import type { PeopleContext } from './people-context.js';
import {
  joinGroup,
  listGroups,
  MY_CONTACTS,
  type PersonVersion,
  readResourceName,
  toResourceName,
} from './person-record.js';
import { invalid } from './replies.js';

const DELETE = 'people.contactGroups.delete';
const MODIFY = 'people.contactGroups.members.modify';
const MOST_MODIFIED = 1000;

interface ModifyBody {
  readonly resourceNamesToAdd?: readonly string[];
  readonly resourceNamesToRemove?: readonly string[];
}

/** Who is in which group: adding and removing members, and the end of a group. Each moves members' etags. */
export function registerMembers(app: FastifyInstance, { gate, document }: PeopleContext): void {
  const nameOf = (request: { params: unknown }) =>
    `contactGroups/${(request.params as { groupId: string }).groupId}`;

  app.delete('/contactGroups/:groupId', { onRequest: gate.admit(DELETE) }, (request) => {
    const query = document.readQuery<{ deleteContacts?: boolean }>(DELETE, request.query);
    deleteGroup(gate.callerOf(request).account, nameOf(request), query.deleteContacts ?? false);
    return {};
  });
  app.post('/contactGroups/:groupId/members::modify', { onRequest: gate.admit(MODIFY) }, (request) => {
    document.readQuery(MODIFY, request.query);
    const body = document.readBody<ModifyBody>('ModifyContactGroupMembersRequest', request.body as string);
    return modifyMembers(gate.callerOf(request).account, nameOf(request), body);
  });
}

function deleteGroup(account: Account, group: string, deletesContacts: boolean): void {
  account.groups.delete(group);
  const now = Date.now();
  for (const name of listMembers(account, group, Number.POSITIVE_INFINITY)) {
    const version = account.people.get(readResourceName(name))!;
    if (deletesContacts) account.people.delete(version.id, now);
    else leave(account, version, group, now);
  }
}

function modifyMembers(account: Account, group: string, body: ModifyBody): object {
  const { resourceNamesToAdd: toAdd = [], resourceNamesToRemove: toRemove = [] } = body;
  const names = [...toAdd, ...toRemove];
  if (names.length === 0 || names.length > MOST_MODIFIED) {
    throw invalid(`Between 1 and ${MOST_MODIFIED} resource names are required.`);
  }
  const isOpen = account.groups.isOpen(group);
  if (toAdd.length > 0 && !isOpen) throw invalid(`No members can be added to ${group}.`);
  const notFound = names.filter((it) => !findLive(account, it));
  const now = Date.now();
  for (const version of findAll(account, toAdd)) {
    if (!listGroups(version.fields).includes(group)) join(account, version, group, now);
  }
  const members = findAll(account, toRemove).filter((it) => listGroups(it.fields).includes(group));
  const last = members.filter((it) => listGroups(it.fields).length === 1);
  for (const version of members) if (!last.includes(version)) leave(account, version, group, now);
  return {
    ...(notFound.length > 0 && { notFoundResourceNames: notFound }),
    ...(last.length > 0 && {
      canNotRemoveLastContactGroupResourceNames: last.map((it) => toResourceName(it.id)),
    }),
  };
}

/** The live ones of the named persons, each once. */
function findAll(account: Account, names: readonly string[]): PersonVersion[] {
  return [...new Set(names.flatMap((it) => findLive(account, it) ?? []))];
}

function findLive({ people }: Account, name: string): PersonVersion | undefined {
  const version = people.get(readResourceName(name));
  return version?.deletedAt === undefined ? version : undefined;
}

function join({ people }: Account, { id, fields }: PersonVersion, group: string, now: number): void {
  people.update(id, { memberships: [...(fields.memberships ?? []), joinGroup(group)] }, now);
}

/** A contact without any group would no longer be one: the last one is always that of all contacts. */
function leave({ people }: Account, { id, fields }: PersonVersion, group: string, now: number): void {
  const left = listGroups(fields).filter((it) => it !== group);
  people.update(id, { memberships: (left.length > 0 ? left : [MY_CONTACTS]).map(joinGroup) }, now);
}
