import { describe, expect, it } from 'vitest';
import { type AnyPerson, openGoogle, readAll } from './google-caller.js';
import { openCaller } from './sandbox-caller.js';

async function openWatched(contacts = 40) {
  const caller = await openGoogle({ contacts });
  const full = async (account = 'demo'): Promise<Map<string, AnyPerson>> => {
    const { body } = await caller.control('GET', `/contacts?full=1&account=${account}`);
    return new Map(body.contacts.map((it: AnyPerson) => [it.resourceName, it]));
  };
  return { caller, full };
}

const timeOf = (person: AnyPerson | undefined): number => Date.parse(person?.metadata.sources[0].updateTime);

describe('/__control/contacts', () => {
  it('counts, and shows every person in full when asked', async () => {
    const { caller, full } = await openWatched();
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 40, archived: 0 });
    const whole = await full();
    expect(whole.size).toBe(40);
    for (const person of (await readAll(caller)).people) {
      expect(whole.get(person.resourceName)).toMatchObject(person);
    }
  });

  it('adds, changes, deletes and merges different persons, and names them', async () => {
    const { caller, full } = await openWatched();
    const before = await full();
    const { body } = await caller.control('POST', '/contacts', { add: 3, change: 5, archive: 2, merge: 6 });
    expect([body.added, body.changed, body.archived, body.merged].map((it) => it.length)).toEqual([
      3, 5, 2, 6,
    ]);
    const after = await full();
    expect((await caller.control('GET', '/contacts')).body).toEqual({ total: 40 + 3 - 2 - 6, archived: 2 });

    for (const name of body.added) expect(before.has(name)).toBe(false);
    for (const name of body.changed) {
      const [old, now] = [before.get(name)!, after.get(name)!];
      const visible = ['names', 'phoneNumbers', 'organizations'];
      expect(visible.some((it) => JSON.stringify(old[it]) !== JSON.stringify(now[it]))).toBe(true);
      expect(timeOf(now)).toBeGreaterThan(timeOf(old));
      expect(now.etag).not.toBe(old.etag);
    }
    for (const name of body.archived) expect(after.get(name)?.metadata.deleted).toBe(true);
    const merged = body.merged.flatMap((it: { ids: string[] }) => it.ids);
    const touched = [...body.changed, ...body.archived, ...merged];
    expect(new Set(touched).size).toBe(touched.length);
    for (const [name, person] of before) if (!touched.includes(name)) expect(after.get(name)).toEqual(person);
  });

  it('is told by a sync in the same way', async () => {
    const { caller } = await openWatched();
    const { syncToken } = await readAll(caller);
    const { body } = await caller.control('POST', '/contacts', { archive: 2, merge: 6 });
    const told = new Map((await readAll(caller, { syncToken })).people.map((it) => [it.resourceName, it]));
    for (const resourceName of body.archived) {
      expect(told.get(resourceName)).toEqual({ resourceName, metadata: { deleted: true } });
    }
    for (const { ids, survivor } of body.merged) {
      const ended = ids.filter((it: string) => it !== survivor);
      expect(told.get(survivor)?.metadata.previousResourceNames).toEqual(ended);
      for (const name of ended) expect(told.get(name)?.metadata.deleted ?? true).toBe(true);
    }
  });

  it('merges in every way that Google does', async () => {
    const { caller } = await openWatched(60);
    const { syncToken } = await readAll(caller);
    const { merged } = (await caller.control('POST', '/contacts', { merge: 25 })).body;
    const told = new Map((await readAll(caller, { syncToken })).people.map((it) => [it.resourceName, it]));
    const ways = merged.map(({ ids, survivor }: { ids: string[]; survivor: string }) => {
      const showsEnded = ids.some((it) => told.get(it)?.metadata.deleted === true);
      return `${ids.includes(survivor) ? 'keeps' : 'new'} ${showsEnded ? 'loud' : 'silent'}`;
    });
    expect([...new Set(ways)].sort()).toEqual(['keeps loud', 'keeps silent', 'new loud', 'new silent']);
  });

  it('leads every name that a merge ended to the survivor, who has the values of both', async () => {
    const { caller, full } = await openWatched();
    const before = await full();
    const { merged } = (await caller.control('POST', '/contacts', { merge: 8 })).body;
    const pairs = merged.flatMap((it: AnyPerson) => it.ids.map((name: string) => [name, it.survivor]));
    for (const [name, survivor] of pairs) {
      const { body } = await caller.people('GET', `/v1/${name}?personFields=emailAddresses,metadata`);
      expect(body.resourceName).toBe(survivor);
      const previous: string[] = body.metadata.previousResourceNames ?? [];
      expect(previous.includes(name)).toBe(name !== survivor);
      const emails: AnyPerson[] = body.emailAddresses ?? [];
      const old: AnyPerson[] = before.get(name)?.emailAddresses ?? [];
      expect(emails.map((it) => it.value)).toEqual(expect.arrayContaining(old.map((it) => it.value)));
      expect(emails.filter((it) => it.metadata.primary).length).toBe(Math.min(1, emails.length));
    }
  });

  it('gives many persons one moment, adding what is missing', async () => {
    const { caller, full } = await openWatched();
    const { sameMillisecond } = (await caller.control('POST', '/contacts', { sameMillisecond: 60 })).body;
    const after = await full();
    expect(after.size).toBe(60);
    expect(new Set(sameMillisecond.map((it: string) => timeOf(after.get(it)))).size).toBe(1);
  });

  it('repeats itself: two sandboxes of one seed live the same life', async () => {
    const [one, two] = [await openWatched(), await openWatched()];
    const verbs = { add: 2, change: 3, archive: 1, merge: 3 };
    const touched = await Promise.all([one, two].map((it) => it.caller.control('POST', '/contacts', verbs)));
    expect(touched[0]!.body).toEqual(touched[1]!.body);
    const values = async (it: typeof one) =>
      [...(await it.full()).values()].map(({ metadata, ...rest }) => rest);
    expect(await values(one)).toEqual(await values(two));
  });

  it.each<[string, string, string, unknown]>([
    ['more than there are', 'POST', '/contacts', { archive: 41 }],
    ['rotation, which Google does not have', 'POST', '/tokens', { rotate: true }],
    ['an age of nothing', 'POST', '/google/sync-tokens', {}],
    ['a misspelt age', 'POST', '/google/sync-tokens', { days: 8 }],
    ['a switch without a position', 'PUT', '/google/api', {}],
  ])('refuses %s with words', async (_what, method, path, body) => {
    const { caller } = await openWatched();
    const reply = await caller.control(method, path, body);
    expect(reply.status).toBe(400);
    expect(reply.body.error).toBeTruthy();
  });
});

describe('the people of an account', () => {
  it("are two thirds those of HubSpot's account of that name", async () => {
    const contacts = 90;
    const { full } = await openWatched(contacts);
    const hubspot = await openCaller({ contacts });
    const { body } = await hubspot.control('GET', '/contacts?full=1');
    const primary = (values: AnyPerson[] | undefined) => values?.find((it) => it.metadata.primary)?.value;
    const byEmail = new Map([...(await full()).values()].map((it) => [primary(it.emailAddresses), it]));
    const shared = body.contacts
      .map((it: AnyPerson) => it.properties)
      .filter((it: AnyPerson) => it.email !== null && byEmail.has(it.email));
    expect(shared.length).toBeGreaterThan(50);
    expect(shared.length).toBeLessThanOrEqual(60);
    for (const { email, firstname, lastname, phone, company, jobtitle } of shared) {
      const person = byEmail.get(email)!;
      const organization = person.organizations?.find((it: AnyPerson) => it.current !== false);
      expect([person.names[0].givenName, person.names[0].familyName]).toEqual([
        firstname ?? undefined,
        lastname ?? undefined,
      ]);
      expect(organization?.name ?? null).toBe(company);
      expect(organization?.title ?? null).toBe(jobtitle);
      if (phone !== null) expect(primary(person.phoneNumbers)).toBe(phone);
    }
  });
});
