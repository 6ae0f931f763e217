import type { FastifyInstance } from 'fastify';
import type { Account } from './accounts.js';
import { countMembers, type GroupField, listMembers, readGroupFields, renderGroup } from './group-view.js';
import type { PeopleContext } from './people-context.js';
import { expiredSyncToken, GoogleRefusal, invalid, toStatus } from './replies.js';
import type { SyncPoint } from './sync-tokens.js';

const LIST = 'people.contactGroups.list';
const GET = 'people.contactGroups.get';
const BATCH = 'people.contactGroups.batchGet';
const CREATE = 'people.contactGroups.create';
const UPDATE = 'people.contactGroups.update';
const DEFAULT_PAGE = 30;
const MAX_PAGE = 1000;
const MOST_NAMES = 200;

interface GroupQuery {
  readonly groupFields?: string;
  readonly maxMembers?: number;
  readonly resourceNames?: readonly string[];
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly syncToken?: string;
}

interface GroupBody {
  readonly contactGroup?: { readonly name?: string; readonly clientData?: readonly object[] };
  readonly readGroupFields?: string;
  readonly updateGroupFields?: string;
}

/** Contact groups: list, read, create, rename. */
export function registerGroups(app: FastifyInstance, { gate, document }: PeopleContext): void {
  const nameOf = (request: { params: unknown }) =>
    `contactGroups/${(request.params as { groupId: string }).groupId}`;

  app.get('/contactGroups', { onRequest: gate.admit(LIST) }, (request) => {
    const query = document.readQuery<GroupQuery>(LIST, request.query);
    return listGroups(gate.callerOf(request).account, query);
  });
  app.get('/contactGroups/:groupId', { onRequest: gate.admit(GET) }, (request) => {
    const query = document.readQuery<GroupQuery>(GET, request.query);
    return showGroup(gate.callerOf(request).account, nameOf(request), query);
  });
  app.get('/contactGroups::batchGet', { onRequest: gate.admit(BATCH) }, (request) => {
    const query = document.readQuery<GroupQuery>(BATCH, request.query);
    const { resourceNames: names = [] } = query;
    if (names.length === 0 || names.length > MOST_NAMES) {
      throw invalid(`Between 1 and ${MOST_NAMES} resource names are required.`);
    }
    const { account } = gate.callerOf(request);
    return { responses: names.map((it) => respond(account, it, query)) };
  });
  app.post('/contactGroups', { onRequest: gate.admit(CREATE) }, (request) => {
    document.readQuery(CREATE, request.query);
    const body = document.readBody<GroupBody>('CreateContactGroupRequest', request.body as string);
    const { name, clientData = [] } = body.contactGroup ?? {};
    if (!name) throw invalid('Contact group name is required.');
    const mask = readGroupFields(body.readGroupFields, 'readGroupFields');
    const { account } = gate.callerOf(request);
    return renderGroup(account.groups.create(name, clientData, Date.now()), mask, countMembers(account));
  });
  app.put('/contactGroups/:groupId', { onRequest: gate.admit(UPDATE) }, (request) => {
    document.readQuery(UPDATE, request.query);
    const body = document.readBody<GroupBody>('UpdateContactGroupRequest', request.body as string);
    const mask = readGroupFields(body.readGroupFields, 'readGroupFields');
    const { account } = gate.callerOf(request);
    const group = account.groups.update(nameOf(request), readChanges(body), Date.now());
    return renderGroup(group, mask, countMembers(account));
  });
}

function readChanges({ contactGroup = {}, updateGroupFields }: GroupBody) {
  const fields = readGroupFields(updateGroupFields || 'name', 'updateGroupFields');
  if (fields.has('name') && !contactGroup.name) throw invalid('Contact group name is required.');
  return {
    ...(fields.has('name') && { title: contactGroup.name }),
    ...(fields.has('clientData') && { clientData: contactGroup.clientData ?? [] }),
  };
}

function listGroups(account: Account, query: GroupQuery): object {
  const { pageSize = 0, pageToken, syncToken } = query;
  if (pageSize < 0 || pageSize > MAX_PAGE) throw invalid(`Page size must be between 1 and ${MAX_PAGE}.`);
  const mask = readGroupFields(query.groupFields);
  const point = syncToken ? readPoint(account, syncToken) : undefined;
  const groups = point ? account.groups.listChanged(point.position) : account.groups.list();
  const from = pageToken ? Number(pageToken) : 0;
  if (!Number.isInteger(from) || from < 0 || from > groups.length) throw invalid('Page token is invalid.');
  const end = from + (pageSize || DEFAULT_PAGE);
  const contactGroups = showAll(account, groups.slice(from, end), mask);
  return {
    ...(contactGroups.length > 0 && { contactGroups }),
    ...(groups.length > 0 && { totalItems: groups.length }),
    ...(end < groups.length
      ? { nextPageToken: String(end) }
      : { nextSyncToken: writePoint(account, point?.fullSyncAt) }),
  };
}

function showAll(
  account: Account,
  groups: ReturnType<Account['groups']['listChanged']>,
  mask: ReadonlySet<GroupField>,
): object[] {
  const counts = countMembers(account);
  return groups.map((it) =>
    typeof it === 'string'
      ? { resourceName: it, metadata: { deleted: true } }
      : renderGroup(it, mask, counts),
  );
}

function writePoint({ groups, groupTokens }: Account, syncedAt?: number): string {
  const fullSyncAt = syncedAt ?? groupTokens.stamp(Date.now());
  return groupTokens.write({ position: groups.position, fullSyncAt, signature: '' });
}

function readPoint({ groupTokens }: Account, token: string): SyncPoint {
  const point = groupTokens.read(token, Date.now());
  if (point === 'malformed') throw invalid('Sync token is invalid.');
  if (point === 'expired') throw expiredSyncToken();
  return point;
}

function showGroup(account: Account, name: string, query: GroupQuery): object {
  const group = account.groups.get(name);
  const shown = renderGroup(group, readGroupFields(query.groupFields), countMembers(account));
  const memberResourceNames = listMembers(account, name, query.maxMembers ?? 0);
  return memberResourceNames.length > 0 ? { ...shown, memberResourceNames } : shown;
}

function respond(account: Account, name: string, query: GroupQuery): object {
  try {
    return { requestedResourceName: name, status: {}, contactGroup: showGroup(account, name, query) };
  } catch (error) {
    if (!(error instanceof GoogleRefusal) || error.status !== 404) throw error;
    return { requestedResourceName: name, status: toStatus(error) };
  }
}
