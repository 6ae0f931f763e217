import type { FastifyInstance } from 'fastify';
import type { Account } from './accounts.js';
import { ALL_FIELDS, readMask, readUpdateMask } from './field-mask.js';
import type { PeopleContext } from './people-context.js';
import { checkEtag, type PersonInput, PersonReader } from './person-input.js';
import type { PersonVersion, ReadableField } from './person-record.js';
import { renderPerson } from './person-renderer.js';
import { notFound } from './replies.js';

const CREATE = 'people.people.createContact';
const UPDATE = 'people.people.updateContact';
const DELETE = 'people.people.deleteContact';

interface WriteQuery {
  readonly personFields?: string;
  readonly updatePersonFields?: string;
}

/** Create, update and delete one contact. */
export function registerWrites(app: FastifyInstance, { gate, document }: PeopleContext): void {
  const reader = new PersonReader(document);
  const idOf = (request: { params: unknown }) => (request.params as { personId: string }).personId;

  app.post('/people::createContact', { onRequest: gate.admit(CREATE) }, (request) => {
    const query = document.readQuery<WriteQuery>(CREATE, request.query);
    const mask = chooseMask(query.personFields);
    const input = document.readBody<PersonInput>('Person', request.body as string);
    const { people, groups } = gate.callerOf(request).account;
    return renderPerson(people.create(reader.readNew(input, groups), Date.now()), mask);
  });
  app.patch('/people/:personId(^[^:]+)::updateContact', { onRequest: gate.admit(UPDATE) }, (request) => {
    const query = document.readQuery<WriteQuery>(UPDATE, request.query);
    const updateMask = readUpdateMask(query.updatePersonFields, 'updatePersonFields');
    const mask = chooseMask(query.personFields);
    const input = document.readBody<PersonInput>('Person', request.body as string);
    const { account } = gate.callerOf(request);
    const version = findLive(account, idOf(request));
    checkEtag(input, version);
    const changes = reader.readChanges(input, updateMask, account.groups);
    return renderPerson(account.people.update(version.id, changes, Date.now()), mask);
  });
  app.delete('/people/:personId(^[^:]+)::deleteContact', { onRequest: gate.admit(DELETE) }, (request) => {
    document.readQuery(DELETE, request.query);
    const { account } = gate.callerOf(request);
    account.people.delete(findLive(account, idOf(request)).id, Date.now());
    return {};
  });
}

/** Finds a live person by any id they ever had. Throws GoogleRefusal (404). */
export function findLive(account: Account, id: string): PersonVersion {
  const version = account.people.get(id);
  if (!version || version.deletedAt !== undefined) throw notFound();
  return version;
}

function chooseMask(personFields: string | undefined): ReadonlySet<ReadableField> {
  return personFields ? readMask(personFields, 'personFields') : ALL_FIELDS;
}
