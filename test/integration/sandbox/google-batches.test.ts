import { describe, expect, it } from 'vitest';
import {
  type AnyPerson,
  createPerson,
  type GoogleCaller,
  openGoogle,
  readAll,
  updatePerson,
} from './google-caller.js';

const STALE =
  'Request person.etag is different than the current person.etag. Clear local cache and get the latest person.';

describe('batches', () => {
  const batch = (caller: GoogleCaller, verb: string, body: object) =>
    caller.people('POST', `/v1/people:batch${verb}Contacts`, body);
  const persons = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ contactPerson: { names: [{ givenName: `N${index}` }] } }));

  it('read nothing back without a read mask', async () => {
    const caller = await openGoogle();
    const reply = await batch(caller, 'Create', { contacts: persons(2), readMask: '' });
    expect(reply).toMatchObject({ status: 200, body: {} });
    expect((await caller.control('GET', '/contacts')).body.total).toBe(32);
  });

  it('have limits: 200 to write, 500 to delete', async () => {
    const caller = await openGoogle();
    expect((await batch(caller, 'Create', { contacts: persons(201), readMask: 'names' })).status).toBe(400);
    const made = await batch(caller, 'Create', { contacts: persons(200), readMask: 'metadata' });
    const people: AnyPerson[] = made.body.createdPeople.map((it: AnyPerson) => it.person);
    const resourceNames = people.map((it) => it.resourceName);
    const entry = ({ resourceName, etag }: AnyPerson) => [resourceName, { etag }] as const;
    const contacts = Object.fromEntries([...people.map(entry), ['people/c1', {}]]);
    expect((await batch(caller, 'Update', { contacts, updateMask: 'urls', readMask: '' })).status).toBe(400);
    const many = Array.from({ length: 501 }, () => resourceNames[0]);
    expect((await batch(caller, 'Delete', { resourceNames: many })).status).toBe(400);
    expect((await batch(caller, 'Delete', { resourceNames })).body).toEqual({});
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 30, archived: 200 });
  });

  it('write all or nothing, and tell which contact was wrong', async () => {
    const caller = await openGoogle();
    const [fresh, stale] = [await createPerson(caller, {}), await createPerson(caller, {})];
    await updatePerson(caller, stale.resourceName, 'urls', { etag: stale.etag });
    const contacts = {
      [fresh.resourceName]: { etag: fresh.etag, names: [{ givenName: 'A' }] },
      [stale.resourceName]: { etag: stale.etag, names: [{ givenName: 'B' }] },
    };
    const reply = await batch(caller, 'Update', { contacts, updateMask: 'names', readMask: 'names' });
    expect(reply).toMatchObject({ status: 400, body: { error: { status: 'FAILED_PRECONDITION' } } });
    expect(reply.body.error.details).toEqual([
      {
        '@type': 'type.googleapis.com/google.people.v1.BatchUpdateContactsErrorDetails',
        contactErrors: { [stale.resourceName]: { code: 9, message: STALE } },
      },
    ]);
    const { body } = await caller.people('GET', `/v1/${fresh.resourceName}?personFields=names`);
    expect(body.etag).toBe(fresh.etag);

    const two = { contactPerson: { names: [{ givenName: 'A' }, { givenName: 'B' }] } };
    const created = await batch(caller, 'Create', { contacts: [...persons(1), two], readMask: 'names' });
    expect(Object.keys(created.body.error.details[0].contactErrors)).toEqual(['1']);
    const long = { contactPerson: { names: [{ familyName: 'x'.repeat(1_025) }] } };
    const longest = { contactPerson: { names: [{ familyName: 'x'.repeat(1_024) }] } };
    const marked = { value: 'a@x.example', metadata: { sourcePrimary: true } };
    const twice = { contactPerson: { emailAddresses: [marked, marked] } };
    const bad = await batch(caller, 'Create', { contacts: [long, longest, twice], readMask: 'names' });
    const fieldOf = (key: string) =>
      bad.body.error.details[0].contactErrors[key].details[0].fieldViolations[0].field;
    expect(Object.keys(bad.body.error.details[0].contactErrors)).toEqual(['0', '2']);
    expect([fieldOf('0'), fieldOf('2')]).toEqual(['person.names.familyName', 'person.emailAddresses']);
    const gone = await batch(caller, 'Delete', { resourceNames: [fresh.resourceName, 'people/c1'] });
    expect(gone.status).toBe(404);
    expect((await readAll(caller)).people.length).toBe(32);
  });
});
