import type { FastifyInstance } from 'fastify';
import type { Account } from './accounts.js';
import { readMask, readUpdateMask } from './field-mask.js';
import type { MethodId } from './methods.js';
import type { PeopleContext } from './people-context.js';
import { checkEtag, type PersonInput, PersonReader } from './person-input.js';
import {
  type PersonFields,
  type PersonVersion,
  type ReadableField,
  readResourceName,
  toResourceName,
} from './person-record.js';
import { renderPerson } from './person-renderer.js';
import { failedBatch, GoogleRefusal, invalid, toStatus } from './replies.js';
import { findLive } from './write-routes.js';

const MOST_WRITTEN = 200;
const MOST_DELETED = 500;

const METHOD_PREFIX = 'people.people.';

type BatchMethod = Extract<MethodId, `people.people.batch${string}`>;

interface CreateBody {
  readonly contacts?: readonly { readonly contactPerson?: PersonInput }[];
  readonly readMask?: string;
}

interface UpdateBody {
  readonly contacts?: Readonly<Record<string, PersonInput>>;
  readonly updateMask?: string;
  readonly readMask?: string;
}

interface DeleteBody {
  readonly resourceNames?: readonly string[];
}

/** Creates, updates and deletes many contacts. Where one of them is wrong, none is written. */
export function registerBatches(app: FastifyInstance, context: PeopleContext): void {
  const { gate, document } = context;
  const reader = new PersonReader(document);
  const route = <Body>(method: BatchMethod, answer: (account: Account, body: Body) => object) => {
    const name = method.slice(METHOD_PREFIX.length);
    const schema = `${name[0]!.toUpperCase()}${name.slice(1)}Request`;
    app.post(`/people::${name}`, { onRequest: gate.admit(method) }, (request) => {
      document.readQuery(method, request.query);
      const body = document.readBody<Body>(schema, request.body as string);
      return answer(gate.callerOf(request).account, body);
    });
  };
  route<CreateBody>('people.people.batchCreateContacts', (account, body) => createAll(account, body, reader));
  route<UpdateBody>('people.people.batchUpdateContacts', (account, body) => updateAll(account, body, reader));
  route<DeleteBody>('people.people.batchDeleteContacts', deleteAll);
}

function createAll({ people, groups }: Account, body: CreateBody, reader: PersonReader): object {
  const contacts = Object.entries(body.contacts ?? []);
  checkSize(contacts.length, MOST_WRITTEN);
  const mask = readReplyMask(body.readMask);
  const fields = checkAll('Create', contacts, ([, it]) => reader.readNew(it.contactPerson ?? {}, groups));
  const now = Date.now();
  const created = fields.map((it) => people.create(it, now));
  return mask ? { createdPeople: created.map((it) => respond(it, mask, toResourceName(it.id))) } : {};
}

function updateAll(account: Account, body: UpdateBody, reader: PersonReader): object {
  const contacts = Object.entries(body.contacts ?? {});
  checkSize(contacts.length, MOST_WRITTEN);
  const updateMask = readUpdateMask(body.updateMask, 'updateMask');
  const mask = readReplyMask(body.readMask);
  const changes = checkAll('Update', contacts, ([name, input]): readonly [string, string, PersonFields] => {
    const version = findLive(account, readResourceName(name));
    checkEtag(input, version);
    return [name, version.id, reader.readChanges(input, updateMask, account.groups)];
  });
  const now = Date.now();
  const updated = changes.map(
    ([name, id, fields]) => [name, account.people.update(id, fields, now)] as const,
  );
  if (!mask) return {};
  return { updateResult: Object.fromEntries(updated.map(([name, it]) => [name, respond(it, mask, name)])) };
}

function deleteAll(account: Account, { resourceNames = [] }: DeleteBody): object {
  checkSize(resourceNames.length, MOST_DELETED);
  const ids = new Set(resourceNames.map((it) => findLive(account, readResourceName(it)).id));
  const now = Date.now();
  for (const id of ids) account.people.delete(id, now);
  return {};
}

function checkSize(count: number, most: number): void {
  if (count === 0) throw invalid('The request names no contacts.');
  if (count > most) throw invalid(`The request has ${count} contacts; at most ${most} are allowed.`);
}

/** An empty mask: the written persons are not read back. */
function readReplyMask(text: string | undefined): ReadonlySet<ReadableField> | undefined {
  return text ? readMask(text, 'readMask') : undefined;
}

/** Checks every contact before the first is written. Errors are told under the resource name, or the place. */
function checkAll<Contact, Checked>(
  kind: 'Create' | 'Update',
  contacts: readonly (readonly [key: string, contact: Contact])[],
  check: (entry: readonly [key: string, contact: Contact]) => Checked,
): Checked[] {
  const checked: Checked[] = [];
  const refusals: [string, GoogleRefusal][] = [];
  for (const entry of contacts) {
    try {
      checked.push(check(entry));
    } catch (error) {
      if (!(error instanceof GoogleRefusal)) throw error;
      refusals.push([entry[0], error]);
    }
  }
  const first = refusals[0]?.[1];
  if (!first) return checked;
  throw failedBatch(kind, first, Object.fromEntries(refusals.map(([key, it]) => [key, toStatus(it)])));
}

function respond(version: PersonVersion, mask: ReadonlySet<ReadableField>, name: string): object {
  const person = renderPerson(version, mask);
  return { httpStatusCode: 200, person, requestedResourceName: name, status: {} };
}
