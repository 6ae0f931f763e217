import { auth, people } from '@googleapis/people';
import { describe, expect, it } from 'vitest';
import { openGoogle } from './google-caller.js';

const FIELDS = 'names,emailAddresses,phoneNumbers,organizations,metadata';

/** Google's own client, told nothing but where the sandbox is. */
async function openClient(contacts = 250) {
  const caller = await openGoogle({ contacts });
  const { access_token } = await caller.connect();
  const credentials = new auth.OAuth2();
  credentials.setCredentials({ access_token });
  const client = people({ version: 'v1', auth: credentials, rootUrl: caller.url });
  return { caller, client };
}

describe("Google's official client", () => {
  it('reads pages, and then what changed', async () => {
    const { caller, client } = await openClient();
    const list = (query: { pageToken?: string; syncToken?: string } = {}) =>
      client.people.connections.list({
        resourceName: 'people/me',
        personFields: FIELDS,
        pageSize: 100,
        requestSyncToken: true,
        ...query,
      });
    const names = new Set<string>();
    let { data } = await list();
    expect(data.totalItems).toBe(250);
    for (;;) {
      for (const person of data.connections ?? []) names.add(person.resourceName ?? '');
      if (!data.nextPageToken) break;
      data = (await list({ pageToken: data.nextPageToken })).data;
    }
    expect(names.size).toBe(250);
    const { archived } = (await caller.control('POST', '/contacts', { archive: 1 })).body;
    const delta = await list({ syncToken: data.nextSyncToken ?? '' });
    expect(delta.data.connections).toEqual([{ resourceName: archived[0], metadata: { deleted: true } }]);
  });

  it('is told of an expired sync token in the error', async () => {
    const { caller, client } = await openClient(5);
    const query = { resourceName: 'people/me', personFields: FIELDS, requestSyncToken: true };
    const { data } = await client.people.connections.list(query);
    await caller.control('POST', '/google/sync-tokens', { ageDays: 8 });
    await expect(
      client.people.connections.list({ ...query, syncToken: data.nextSyncToken ?? '' }),
    ).rejects.toMatchObject({
      status: 400,
      response: { data: { error: { details: [{ reason: 'EXPIRED_SYNC_TOKEN' }] } } },
    });
  });

  it('creates, reads, updates, deletes', async () => {
    const { client } = await openClient(5);
    const { data: created } = await client.people.createContact({
      personFields: FIELDS,
      requestBody: { names: [{ givenName: 'Zoë' }], phoneNumbers: [{ value: '+49 30 901820' }] },
    });
    const resourceName = created.resourceName ?? '';
    expect(created.phoneNumbers?.[0]?.canonicalForm).toBe('+4930901820');
    const { data: read } = await client.people.get({ resourceName, personFields: FIELDS });
    expect(read).toEqual(created);
    const update = { names: [{ givenName: 'Chloë' }] };
    const { data: updated } = await client.people.updateContact({
      resourceName,
      updatePersonFields: 'names',
      personFields: FIELDS,
      requestBody: { ...update, metadata: created.metadata },
    });
    expect(updated.names?.[0]?.displayName).toBe('Chloë');
    expect(updated.phoneNumbers).toEqual(created.phoneNumbers);
    await expect(
      client.people.updateContact({
        resourceName,
        updatePersonFields: 'names',
        requestBody: { ...update, etag: created.etag },
      }),
    ).rejects.toMatchObject({
      status: 400,
      response: { data: { error: { status: 'FAILED_PRECONDITION' } } },
    });
    await client.people.deleteContact({ resourceName });
    await expect(client.people.get({ resourceName, personFields: FIELDS })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('works in batches', async () => {
    const { client } = await openClient(5);
    const { data } = await client.people.batchCreateContacts({
      requestBody: {
        contacts: ['a', 'b'].map((givenName) => ({ contactPerson: { names: [{ givenName }] } })),
        readMask: 'names,metadata',
      },
    });
    const created = (data.createdPeople ?? []).map((it) => it.person ?? {});
    expect(created.map((it) => it.names?.[0]?.givenName)).toEqual(['a', 'b']);
    const resourceNames = created.map((it) => it.resourceName ?? '');
    const contacts = Object.fromEntries(
      created.map((it) => [
        it.resourceName ?? '',
        { etag: it.etag, emailAddresses: [{ value: 'x@y.example' }] },
      ]),
    );
    const updated = await client.people.batchUpdateContacts({
      requestBody: { contacts, updateMask: 'emailAddresses', readMask: 'emailAddresses' },
    });
    expect(Object.keys(updated.data.updateResult ?? {})).toEqual(resourceNames);
    const read = await client.people.getBatchGet({ resourceNames, personFields: 'emailAddresses' });
    expect(read.data.responses?.map((it) => it.person?.emailAddresses?.[0]?.value)).toEqual(
      resourceNames.map(() => 'x@y.example'),
    );
    await client.people.batchDeleteContacts({ requestBody: { resourceNames } });
    const gone = await client.people.getBatchGet({ resourceNames, personFields: 'names' });
    expect(gone.data.responses?.map((it) => it.status?.code)).toEqual([5, 5]);
  });

  it('searches, and keeps groups', async () => {
    const { caller, client } = await openClient(5);
    await client.people.createContact({
      requestBody: { names: [{ givenName: 'Xaver', familyName: 'Quint' }] },
    });
    await client.people.searchContacts({ query: '', readMask: 'names' });
    const found = await client.people.searchContacts({ query: 'qui', readMask: 'names' });
    expect(found.data.results?.map((it) => it.person?.names?.[0]?.displayName)).toEqual(['Xaver Quint']);

    const name = found.data.results?.[0]?.person?.resourceName ?? '';
    const { data: group } = await client.contactGroups.create({
      requestBody: { contactGroup: { name: 'VIP' } },
    });
    const resourceName = group.resourceName ?? '';
    await client.contactGroups.members.modify({ resourceName, requestBody: { resourceNamesToAdd: [name] } });
    const { data: shown } = await client.contactGroups.get({ resourceName, maxMembers: 10 });
    expect(shown).toMatchObject({ name: 'VIP', memberCount: 1, memberResourceNames: [name] });
    const { data: listed } = await client.contactGroups.list({});
    expect(listed.contactGroups?.map((it) => it.resourceName)).toContain(resourceName);
    await client.contactGroups.delete({ resourceName });
    const { body } = await caller.control('GET', '/contacts');
    expect(body.total).toBe(6);
  });
});
