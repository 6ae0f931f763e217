import { describe, expect, it } from 'vitest';
import { type ContactField, type ContactValues, emptyValues } from '../../../../src/domain/index.js';
import { FakeDesk, failed, refusal, showsWritesAfterMs, writer } from './fake-desk.js';

type Json = Readonly<Record<string, unknown>>;

const values = (n: number): ContactValues => ({
  ...emptyValues,
  firstName: `F${n}`,
  email: `p${n}@x.example`,
});
const creation = (n: number, sentAt: Date | null = null) =>
  ({ kind: 'CREATE', id: `w${n}`, values: values(n), sentAt }) as const;
const update = (
  n: number,
  changed: readonly ContactField[] = ['firstName'],
  change: Partial<ContactValues> = {},
) =>
  ({
    kind: 'UPDATE',
    id: `w${n}`,
    externalId: `people/c${n}`,
    values: { ...values(n), ...change },
    changed,
  }) as const;
const deletion = (n: number) => ({ kind: 'DELETE', id: `w${n}`, externalId: `people/c${n}` }) as const;
const many = <T>(count: number, make: (n: number) => T) => Array.from({ length: count }, (_, n) => make(n));

const clientData = (n: number) => [{ key: 'crm-sync', value: `w${n}` }];
const person = (n: number, fields: Json = {}) => ({
  resourceName: `people/c${n}`,
  metadata: {
    sources: [
      { type: 'PROFILE', id: 'p', etag: '#p' },
      { type: 'CONTACT', id: `s${n}`, etag: `#${n}`, updateTime: '2026-01-02T03:04:05Z' },
    ],
  },
  names: [{ givenName: 'Old' }],
  ...fields,
});
type Sent = { readonly contactPerson: Json }[];
const numberOf = (it: Json) => Number(/\d+/.exec(JSON.stringify(it.clientData))?.[0]);

/** Makes what it is sent, with or without the markers of it. */
const made = (contacts: Sent, isMarked = true) =>
  contacts.map(({ contactPerson: { clientData, ...fields } }) => ({
    person: person(numberOf({ clientData }), { ...fields, ...(isMarked && { clientData }) }),
    status: {},
  }));
const sentOf = (body: Json) => body.contacts as Sent;
const batchGet = (find: (n: number) => unknown) => (request: { query?: Json }) => ({
  responses: ((request.query?.resourceNames ?? []) as string[]).map((requestedResourceName) => {
    const found = find(Number(/\d+/.exec(requestedResourceName)![0]));
    if (found === null) return { requestedResourceName, status: { code: 5 } };
    return { requestedResourceName, person: found };
  }),
});

describe('the writer', () => {
  it('takes all fields as they are, so many at once, and nothing without a call', async () => {
    expect(writer.fields).toEqual(['firstName', 'lastName', 'email', 'phone', 'company', 'title']);
    expect(writer.most).toEqual({ CREATE: 200, UPDATE: 170, DELETE: 500 });
    expect(writer.fit(values(1))).toEqual(values(1));
    const calls = (count: number) => [
      writer.callsFor('CREATE', count),
      writer.callsFor('UPDATE', count),
      writer.callsFor('DELETE', count),
    ];
    // A change and a deletion are read first, 170 a call.
    expect([0, 1, 170, 450, 501].map(calls)).toEqual([
      [0, 0, 0],
      [1, 2, 2],
      [1, 2, 2],
      [3, 6, 4],
      [3, 6, 6],
    ]);
    expect((await new FakeDesk({}).send([])).size).toBe(0);
    for (const writes of [many(201, (n) => creation(n)), many(171, (n) => update(n)), many(501, deletion)])
      await expect(new FakeDesk({}).send(writes)).rejects.toThrow(RangeError);
    await expect(new FakeDesk({}).send([creation(1), deletion(2)])).rejects.toThrow(TypeError);
  });
});

describe('a creation', () => {
  it('carries its values and its marker, and counts as a write', async () => {
    const desk = new FakeDesk({ batchCreateContacts: ({ body }) => ({ createdPeople: made(sentOf(body)) }) });
    const job = { ...emptyValues, lastName: 'L', phone: '+41446681800', company: 'C', title: 'T' };
    const outcomes = await desk.send([creation(1), { ...creation(2), values: job }]);
    expect(outcomes.get('w2')).toMatchObject({
      kind: 'DONE',
      externalId: 'people/c2',
      record: { values: job, marker: 'w2', updatedAt: new Date('2026-01-02T03:04:05Z') },
    });
    const [{ body, rules, refusedBy }] = desk.asked as [(typeof desk.asked)[number]];
    const rule = { key: 'google:writes:1170', limit: 30, windowMs: 60_000 };
    expect([rules, refusedBy]).toEqual([[rule], rule]);
    expect(body).toMatchObject({ sources: ['READ_SOURCE_TYPE_CONTACT'] });
    expect(sentOf(body as Json).map(({ contactPerson }) => contactPerson)).toEqual([
      {
        names: [{ givenName: 'F1' }],
        emailAddresses: [{ value: 'p1@x.example', metadata: { sourcePrimary: true } }],
        clientData: clientData(1),
      },
      {
        names: [{ familyName: 'L' }],
        phoneNumbers: [{ value: '+41446681800', metadata: { sourcePrimary: true } }],
        organizations: [{ name: 'C', title: 'T', metadata: { sourcePrimary: true } }],
        clientData: clientData(2),
      },
    ]);
  });

  it.each([
    ['in another order, by its marker', true, (it: object[]) => it.reverse()],
    ['without markers, by its place', false, (it: object[]) => it],
  ])('is answered for %s', async (_, isMarked, order) => {
    const desk = new FakeDesk({
      batchCreateContacts: ({ body }) => ({ createdPeople: order(made(sentOf(body), isMarked)) }),
    });
    const outcomes = await desk.send(many(5, (n) => creation(n)));
    for (let n = 0; n < 5; n++)
      expect(outcomes.get(`w${n}`)).toMatchObject({ kind: 'DONE', externalId: `people/c${n}` });
  });

  it.each([
    ['without markers in another order', (it: object[]) => it.reverse(), false],
    ['for fewer', (it: object[]) => it.slice(1), true],
    ['with one twice', (it: object[]) => [it[0], it[0], it[2]], true],
    ['without a person', () => [{}, {}, {}], true],
    ['with what may pass', () => many(3, () => ({ status: { code: 14 } })), true],
    ['without names', (it: object[]) => it.map((one) => ({ person: { ...one, resourceName: 'x' } })), true],
  ])('that is answered %s may have been written', async (_, spoil, isMarked) => {
    const desk = new FakeDesk({
      batchCreateContacts: ({ body }) => ({ createdPeople: spoil(made(sentOf(body), isMarked)) as object[] }),
    });
    const sent = desk.send(many(3, (n) => creation(n)));
    await expect(sent).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE', retry: 'backoff' });
  });

  it.each([{}, { createdPeople: 'all' }])('that is answered with %j may have been written', async (body) => {
    const desk = new FakeDesk({ batchCreateContacts: () => body });
    await expect(desk.send([creation(1)])).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
  });

  it('that is wrong is refused by the name of its field, and the others are sent again', async () => {
    const violation = (field: string) => [{ fieldViolations: [{ field, description: 'jane' }] }];
    const contactErrors = {
      1: { code: 3, message: 'jane', details: violation('person.names[0].given_name') },
      2: { code: 3, details: violation('contacts[2].contact_person.organizations.title') },
      3: { code: 3 },
      4: { code: 7 },
      5: { code: 9 },
      6: { code: 0 },
    };
    const desk = new FakeDesk({
      batchCreateContacts: ({ body }) =>
        sentOf(body).length === 8
          ? [400, failed('Create', contactErrors)]
          : { createdPeople: made(sentOf(body)) },
    });
    const outcomes = await desk.send(many(8, (n) => creation(n)));
    const faults = [1, 2, 3, 4, 5].map((n) => {
      const outcome = outcomes.get(`w${n}`)!;
      return outcome.kind === 'REFUSED' ? outcome.fault : undefined;
    });
    expect(faults.map((it) => [it?.code, it?.retryable])).toEqual([
      ['INVALID_RECORD', false],
      ['INVALID_RECORD', false],
      ['INVALID_RECORD', false],
      ['CRM_REJECTED', false],
      ['CRM_REJECTED', true],
    ]);
    expect(faults[0]!.message).toContain('firstName');
    expect(faults[1]!.message).toContain('title');
    expect(JSON.stringify(faults)).not.toContain('jane');
    for (const n of [0, 6, 7]) expect(outcomes.get(`w${n}`)?.kind).toBe('DONE');
    expect(desk.asked.length).toBe(2);
  });

  it('that is wrong without being named is looked for by halves', async () => {
    const isBad = (contacts: Sent) => contacts.some(({ contactPerson }) => numberOf(contactPerson) === 37);
    const desk = new FakeDesk({
      batchCreateContacts: ({ body }) =>
        isBad(sentOf(body)) ? [400, refusal('INVALID_ARGUMENT')] : { createdPeople: made(sentOf(body)) },
    });
    const outcomes = await desk.send(many(100, (n) => creation(n)));
    for (const [id, { kind }] of outcomes) expect(kind).toBe(id === 'w37' ? 'REFUSED' : 'DONE');
    expect(desk.asked.length).toBeLessThan(20);
  });

  it.each([
    ['what may pass', failed('Create', { 0: { code: 14 } }), 'CRM_UNAVAILABLE'],
    ['another write at once', refusal('ABORTED'), 'CRM_UNAVAILABLE'],
    ['what is of no contact', refusal('PERMISSION_DENIED'), 'CRM_REJECTED'],
    ['the limit', refusal('RESOURCE_EXHAUSTED'), 'RATE_LIMITED'],
  ])('that is refused for %s is not answered for', async (_, body, code) => {
    const desk = new FakeDesk({ batchCreateContacts: () => [409, body] });
    await expect(desk.send([creation(1), creation(2)])).rejects.toMatchObject({ code });
    expect(desk.asked.length).toBe(1);
  });
});

describe('a creation that was sent before', () => {
  const ago = (ms: number) => new Date(Date.now() - ms);
  const at = (ms: number) => ({ sources: [{ type: 'CONTACT', updateTime: ago(ms).toISOString() }] });
  /** Pages of a list, each as [number of a marked person, its age]. */
  const listed = (pages: readonly (readonly (readonly [number, number])[])[]) =>
    new FakeDesk({
      connections: ({ query }) => {
        const place = Number(query?.pageToken ?? 0);
        const connections = pages[place]!.map(([n, age]) =>
          person(n, { clientData: clientData(n), metadata: at(age) }),
        );
        return { connections, ...(place + 1 < pages.length && { nextPageToken: String(place + 1) }) };
      },
      batchCreateContacts: ({ body }) => ({ createdPeople: made(sentOf(body)) }),
    });

  it('is found by its marker, newest first, among the reads', async () => {
    const desk = listed([
      [[8, 10]],
      [
        [1, 50],
        [2, 60],
      ],
      [[9, 70]],
    ]);
    const outcomes = await desk.send([creation(1, ago(1_000)), creation(2, ago(1_000))]);
    for (const n of [1, 2])
      expect(outcomes.get(`w${n}`)).toMatchObject({
        kind: 'DONE',
        externalId: `people/c${n}`,
        record: { marker: `w${n}` },
      });
    expect(desk.words).toEqual(['connections', 'connections']);
    expect(desk.asked[0]).toMatchObject({
      query: { sortOrder: 'LAST_MODIFIED_DESCENDING', pageSize: '1000' },
      refusedBy: { key: 'google:reads:1170' },
    });
  });

  it('is not looked for beyond what is older', async () => {
    const hour = 3_600_000;
    const desk = listed([
      [
        [8, 10],
        [9, hour],
      ],
      [
        [7, hour],
        [6, 2 * hour],
      ],
      [[1, 3 * hour]],
    ]);
    const outcomes = await desk.send([creation(1, ago(showsWritesAfterMs + 1))]);
    expect(outcomes.get('w1')).toMatchObject({ kind: 'DONE' });
    expect(desk.words).toEqual(['connections', 'connections', 'batchCreateContacts']);
  });

  it.each([
    [0, showsWritesAfterMs],
    [100_000, 20_000],
    [-500_000, showsWritesAfterMs],
  ])('%i ms ago and not seen is waited for', async (age, afterMs) => {
    const outcome = (await listed([[]]).send([creation(1, ago(age))])).get('w1');
    expect(outcome).toMatchObject({ kind: 'UNSURE' });
    const told = outcome?.kind === 'UNSURE' ? outcome.afterMs : 0;
    expect(told).toBeLessThanOrEqual(afterMs);
    expect(told).toBeGreaterThan(afterMs - 10_000);
  });

  it('and not seen in time is made, with those that are new', async () => {
    const desk = listed([[[2, 10]]]);
    const outcomes = await desk.send([
      creation(1, ago(showsWritesAfterMs)),
      creation(2, ago(10)),
      creation(3),
    ]);
    expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['DONE', 'DONE', 'DONE']);
    expect(sentOf(desk.asked.at(-1)!.body as Json).map((it) => numberOf(it.contactPerson))).toEqual([1, 3]);
  });

  it('is not made where the search comes to no end', async () => {
    const circle = new FakeDesk({
      connections: () => ({ nextPageToken: 'again', connections: [person(7)] }),
    });
    await expect(circle.send([creation(1, ago(hoursAgo))])).rejects.toMatchObject({
      code: 'CRM_UNAVAILABLE',
    });
    const lost = new FakeDesk({
      connections: ({ query }) =>
        query?.pageToken
          ? [400, refusal('INVALID_ARGUMENT')]
          : { nextPageToken: 'a', connections: [person(7, { metadata: {} })] },
    });
    await expect(lost.send([creation(1, ago(hoursAgo))])).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
  });
  const hoursAgo = 7_200_000;
});

describe('a change', () => {
  type Contacts = Readonly<Record<string, Json>>;
  const written = (contacts: Contacts, at = (name: string) => name) => ({
    updateResult: Object.fromEntries(
      Object.entries(contacts).map(([name, it]) => [
        name,
        { person: { ...it, resourceName: at(name) }, requestedResourceName: name },
      ]),
    ),
  });
  const batchUpdateContacts = ({ body }: { body: Json }) => written(body.contacts as Contacts);

  it('sends the fields that change in any, with the etags of the contacts alone', async () => {
    const desk = new FakeDesk({ batchGet: batchGet((n) => person(n)), batchUpdateContacts });
    const outcomes = await desk.send([update(1), update(2, ['email'])]);
    expect(desk.words).toEqual(['batchGet', 'batchUpdateContacts']);
    const body = desk.asked[1]!.body as Json;
    expect(body).toMatchObject({ updateMask: 'names,emailAddresses', sources: ['READ_SOURCE_TYPE_CONTACT'] });
    expect(body.contacts).toEqual({
      'people/c1': {
        metadata: { sources: [{ type: 'CONTACT', id: 's1', etag: '#1' }] },
        names: [{ givenName: 'F1' }],
        emailAddresses: [],
      },
      'people/c2': {
        metadata: { sources: [{ type: 'CONTACT', id: 's2', etag: '#2' }] },
        names: [{ givenName: 'Old' }],
        emailAddresses: [{ value: 'p2@x.example', metadata: { sourcePrimary: true } }],
      },
    });
    expect(outcomes.get('w2')).toMatchObject({ kind: 'DONE', record: { values: { email: 'p2@x.example' } } });
  });

  it('that the CRM has already is done without a write', async () => {
    const desk = new FakeDesk({ batchGet: batchGet((n) => person(n, { names: [{ givenName: `F${n}` }] })) });
    const outcome = (await desk.send([update(1)])).get('w1');
    expect(outcome).toMatchObject({
      kind: 'DONE',
      externalId: 'people/c1',
      record: { values: { firstName: 'F1' } },
    });
  });

  it.each([
    ['is as it was agreed on', 'Old', 'DONE'],
    ['was changed there too', 'Theirs', 'STALE'],
    ['was changed there to the same', 'F1', 'DONE'],
  ])('where the field %s', async (_, givenName, kind) => {
    const desk = new FakeDesk({
      batchGet: batchGet((n) => person(n, { names: [{ givenName, familyName: 'Theirs' }] })),
      batchUpdateContacts,
    });
    const base = { ...emptyValues, firstName: 'Old' };
    const [write] = [update(1)];
    const outcomes = await desk.send([{ ...write, changed: ['firstName'], base }]);
    expect(outcomes.get('w1')?.kind).toBe(kind);
    const isSent = desk.asked.some(({ path }) => path.includes('batchUpdate'));
    expect(isSent).toBe(givenName === 'Old');
  });

  it.each([
    ['nobody', null, 'GONE'],
    ['another person', { ...person(2), resourceName: 'people/c3' }, 'STALE'],
    ['nothing that fits', { ...person(2), names: 'Ada' }, 'REFUSED'],
    [
      'nobody who can be changed',
      person(2, { metadata: { sources: [{ type: 'PROFILE', etag: '#' }] } }),
      'REFUSED',
    ],
  ])('where there is %s is not sent, and the others are', async (_, found, kind) => {
    const desk = new FakeDesk({
      batchGet: batchGet((n) => (n === 2 ? found : person(n))),
      batchUpdateContacts,
    });
    const outcomes = await desk.send([update(1), update(2), update(3)]);
    expect([1, 2, 3].map((n) => outcomes.get(`w${n}`)?.kind)).toEqual(['DONE', kind, 'DONE']);
    expect(Object.keys((desk.asked[1]!.body as Json).contacts as Contacts)).toEqual([
      'people/c1',
      'people/c3',
    ]);
  });

  it.each([
    ['once is read and sent again', 1, 'DONE'],
    ['twice is STALE', 2, 'STALE'],
  ])('that was overtaken %s', async (_, times, kind) => {
    let left = times;
    const desk = new FakeDesk({
      batchGet: batchGet((n) => person(n)),
      batchUpdateContacts: ({ body }) => {
        const contacts = body.contacts as Contacts;
        if (!('people/c2' in contacts) || left-- <= 0) return written(contacts);
        return [400, failed('Update', { 'people/c2': { code: 9 } })];
      },
    });
    const outcomes = await desk.send([update(1), update(2), update(3)]);
    expect([1, 2, 3].map((n) => outcomes.get(`w${n}`)?.kind)).toEqual(['DONE', kind, 'DONE']);
    expect(desk.words.filter((it) => it === 'batchGet').length).toBe(2);
  });

  it.each([
    ['NOT_FOUND', 404, 'GONE'],
    ['FAILED_PRECONDITION', 400, 'STALE'],
    ['INVALID_ARGUMENT', 400, 'REFUSED'],
  ])('of a batch that is refused whole with %s is found', async (word, status, kind) => {
    const desk = new FakeDesk({
      batchGet: batchGet((n) => person(n)),
      batchUpdateContacts: ({ body }) =>
        'people/c2' in (body.contacts as Contacts)
          ? [status, refusal(word)]
          : written(body.contacts as Contacts),
    });
    const outcomes = await desk.send(many(7, (n) => update(n)));
    expect(many(7, (n) => outcomes.get(`w${n}`)?.kind)).toEqual(many(7, (n) => (n === 2 ? kind : 'DONE')));
  });

  it('after which the person has another name tells both', async () => {
    const desk = new FakeDesk({
      batchGet: batchGet((n) => person(n)),
      batchUpdateContacts: ({ body }) => written(body.contacts as Contacts, () => 'people/c9'),
    });
    expect((await desk.send([update(1)])).get('w1')).toMatchObject({
      externalId: 'people/c9',
      record: { externalId: 'people/c9', replaces: ['people/c1'] },
    });
  });

  it.each([
    ['a look that lacks one', { responses: [] }, undefined],
    ['no answer', undefined, {}],
    ['an answer for fewer', undefined, { updateResult: {} }],
    ['an answer without a person', undefined, { updateResult: { 'people/c1': {} } }],
  ])('with %s is not taken for done', async (_, looked, answered) => {
    const desk = new FakeDesk({
      batchGet: looked ? () => looked : batchGet((n) => person(n)),
      batchUpdateContacts: () => answered!,
    });
    await expect(desk.send([update(1)])).rejects.toMatchObject({ code: 'CRM_UNAVAILABLE' });
  });

  it('of a record asked for twice is made one after the other', async () => {
    const desk = new FakeDesk({ batchGet: batchGet((n) => person(n)), batchUpdateContacts });
    const outcomes = await desk.send([update(1), { ...update(1, ['email']), id: 'again' }]);
    expect([...outcomes.values()].map(({ kind }) => kind)).toEqual(['DONE', 'DONE']);
    expect(desk.words.filter((it) => it === 'batchUpdateContacts').length).toBe(2);
  });
});

describe('a deletion', () => {
  it('looks first: who is gone is done, who has become another stays', async () => {
    const desk = new FakeDesk({
      batchGet: batchGet((n) => (n === 1 ? null : n === 2 ? person(9) : person(n))),
      batchDeleteContacts: () => ({}),
    });
    const outcomes = await desk.send([deletion(1), deletion(2), deletion(3)]);
    expect([1, 2, 3].map((n) => outcomes.get(`w${n}`)?.kind)).toEqual(['DONE', 'STALE', 'DONE']);
    expect(outcomes.get('w3')).toMatchObject({ id: 'w3', kind: 'DONE', externalId: 'people/c3' });
    expect(desk.asked.at(-1)!.body).toEqual({ resourceNames: ['people/c3'] });
  });

  it.each([
    ['gone meanwhile', 404, 'NOT_FOUND', 'DONE'],
    ['not to be deleted', 400, 'INVALID_ARGUMENT', 'REFUSED'],
  ])('of one that is %s does not keep the others from it', async (_, status, word, kind) => {
    const deleted: string[] = [];
    const desk = new FakeDesk({
      batchGet: batchGet((n) => person(n)),
      batchDeleteContacts: ({ body }) => {
        const names = body.resourceNames as string[];
        if (names.includes('people/c5')) return [status, refusal(word)];
        deleted.push(...names);
        return {};
      },
    });
    const outcomes = await desk.send(many(12, deletion));
    expect(many(12, (n) => outcomes.get(`w${n}`)?.kind)).toEqual(many(12, (n) => (n === 5 ? kind : 'DONE')));
    expect(deleted.length).toBe(11);
  });

  it('reads no more at once than an address can hold', async () => {
    const desk = new FakeDesk({ batchGet: batchGet((n) => person(n)), batchDeleteContacts: () => ({}) });
    await desk.send(many(500, deletion));
    expect(desk.words).toEqual(['batchGet', 'batchGet', 'batchGet', 'batchDeleteContacts']);
  });
});
