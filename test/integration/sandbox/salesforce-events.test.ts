import { describe, expect, it } from 'vitest';
import { openSalesforce, type SalesforceCaller } from './salesforce-caller.js';

const CONTACTS = '/data/ContactChangeEvent';
const LEADS = '/data/LeadChangeEvent';
const ALL = '/data/ChangeEvents';

// biome-ignore lint/suspicious/noExplicitAny: messages of every shape
type Message = any;

/** A Bayeux client that does one thing at a time. */
async function openStream(caller: SalesforceCaller, longPollMs = 20) {
  await caller.control('PUT', '/limits', { longPollMs });
  const send = async (message: object): Promise<Message[]> =>
    (await caller.call('POST', '/cometd/67.0', [{ id: '1', ...message }])).body;
  const [shaken] = await send({
    channel: '/meta/handshake',
    version: '1.0',
    supportedConnectionTypes: ['long-polling'],
  });
  const { clientId } = shaken;
  const connect = (): Promise<Message[]> =>
    send({ channel: '/meta/connect', clientId, connectionType: 'long-polling' });
  return {
    shaken,
    connect,
    send: (message: object) => send({ clientId, ...message }),
    async subscribe(subscription: string, replay?: number): Promise<Message> {
      const ext = replay === undefined ? {} : { ext: { replay: { [subscription]: replay } } };
      return (await send({ channel: '/meta/subscribe', clientId, subscription, ...ext }))[0];
    },
    /** The next events, waiting for them as long as it takes. */
    async events(count = 1): Promise<Message[]> {
      const events: Message[] = [];
      while (events.length < count) events.push(...(await connect()).filter((it) => it.data));
      return events;
    },
  };
}

const headerOf = (event: Message) => event.data.payload.ChangeEventHeader;

describe('change events', () => {
  it('tell of every change, with the fields and the client that made it', async () => {
    const caller = await openSalesforce({ contacts: 0 });
    const { connect, events, shaken, subscribe } = await openStream(caller);
    expect(shaken).toMatchObject({ successful: true, ext: { replay: true } });
    expect(await subscribe(CONTACTS)).toMatchObject({ successful: true, subscription: CONTACTS });
    expect(await connect()).toMatchObject([{ channel: '/meta/connect', successful: true }]);
    const options = { 'sforce-call-options': 'client=ours' };
    const { data } = caller;
    const { id } = (await data('POST', '/sobjects/Contact', { LastName: 'A', Email: 'a@x.example' }, options))
      .body;
    await data('PATCH', `/sobjects/Contact/${id}`, { Title: 'x', Email: null });
    await data('DELETE', `/sobjects/Contact/${id}`);
    const [made, changed, gone] = await events(3);
    expect(made).toMatchObject({
      channel: CONTACTS,
      data: { payload: { LastName: 'A', Email: 'a@x.example' } },
    });
    expect(headerOf(made)).toMatchObject({
      entityName: 'Contact',
      changeType: 'CREATE',
      recordIds: [id],
      changeOrigin: 'com/salesforce/api/rest/67.0;client=ours',
      commitUser: expect.stringMatching(/^005/),
      sequenceNumber: 1,
      commitTimestamp: expect.any(Number),
    });
    for (const name of ['Id', 'IsDeleted', 'SystemModstamp', 'MasterRecordId']) {
      expect(made.data.payload).not.toHaveProperty(name);
    }
    expect(headerOf(changed)).toMatchObject({ changeType: 'UPDATE', nulledFields: ['Email'] });
    expect(headerOf(changed).changedFields.sort()).toEqual(['Email', 'LastModifiedDate', 'Title']);
    expect(changed.data.payload).toMatchObject({ Title: 'x', Email: null });
    expect(changed.data.payload.LastModifiedDate).toMatch(/Z$/);
    expect(changed.data.payload).not.toHaveProperty('LastName');
    expect(headerOf(gone)).toMatchObject({ changeType: 'DELETE', recordIds: [id], changedFields: [] });
    const ids = [made, changed, gone].map((it) => it.data.event.replayId);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('go to the channels of their kind, and tell a merge as an update and a deletion', async () => {
    const caller = await openSalesforce({ contacts: 20 });
    const { events, subscribe } = await openStream(caller);
    for (const channel of [LEADS, ALL]) await subscribe(channel);
    const { body } = await caller.control('POST', '/contacts', { merge: 1 });
    const merged = await events(2);
    expect(merged.map((it) => it.channel)).toEqual([ALL, ALL]);
    expect(merged.map((it) => [headerOf(it).changeType, ...headerOf(it).recordIds])).toEqual([
      ['UPDATE', body.merged[0].ids[0]],
      ['DELETE', body.merged[0].ids[1]],
    ]);
    expect(headerOf(merged[0]).transactionKey).toBe(headerOf(merged[1]).transactionKey);
    await caller.control('POST', '/contacts', { change: 1, object: 'Lead' });
    expect((await events(2)).map((it) => it.channel)).toEqual([LEADS, ALL]);
    await caller.control('POST', '/salesforce/undelete', {});
    expect((await events()).map((it) => headerOf(it).changeType)).toEqual(['UNDELETE']);
  });

  it('are one event for one change of several records, and none for what only the system touched', async () => {
    const caller = await openSalesforce({ contacts: 20 });
    const { events, subscribe } = await openStream(caller);
    await subscribe(CONTACTS);
    await caller.control('POST', '/salesforce/touch', { count: 3 });
    const { body } = await caller.control('POST', '/contacts', { sameMillisecond: 5 });
    const [event, ...others] = await events();
    expect(others).toEqual([]);
    expect(headerOf(event).recordIds.sort()).toEqual(body.sameMillisecond.sort());
  });

  it('come when a late transaction lands, not before', async () => {
    const caller = await openSalesforce({ contacts: 20 });
    const { connect, events, subscribe } = await openStream(caller);
    await subscribe(CONTACTS);
    const { body } = await caller.control('POST', '/salesforce/late', { count: 1 });
    const soql = `SELECT SystemModstamp FROM Contact WHERE Id = '${body.held[0]}'`;
    const [before] = await caller.query(soql);
    expect((await connect()).filter((it) => it.data)).toEqual([]);
    const heldBefore = Date.now();
    await caller.control('POST', '/salesforce/commit', {});
    const [event] = await events();
    expect(headerOf(event).recordIds).toEqual(body.held);
    const [after] = await caller.query(soql);
    expect(after?.SystemModstamp).not.toBe(before?.SystemModstamp);
    expect(Date.parse(String(after?.SystemModstamp))).toBeLessThanOrEqual(heldBefore);
    await caller.control('POST', '/salesforce/late', { count: 1, delayMs: 10 });
    await events();
  });
});

describe('replay', () => {
  it('gives what is retained, after an id or from the beginning, and nothing by default', async () => {
    const caller = await openSalesforce({ contacts: 0 });
    await caller.control('POST', '/contacts', { add: 3 });
    const first = await openStream(caller);
    await first.subscribe(CONTACTS, -2);
    const all = await first.events(3);
    const ids = all.map((it) => it.data.event.replayId);
    const second = await openStream(caller);
    await second.subscribe(CONTACTS, ids[0]);
    expect((await second.events(2)).map((it) => it.data.event.replayId)).toEqual(ids.slice(1));
    const third = await openStream(caller);
    await third.subscribe(CONTACTS, -1);
    await third.connect();
    await caller.control('POST', '/contacts', { add: 1 });
    expect((await third.events()).every((it) => it.data.event.replayId > ids[2])).toBe(true);
  });

  it('refuses ids that are no longer retained, never were, or belong to the time before a restart', async () => {
    const caller = await openSalesforce({ contacts: 0 });
    await caller.control('POST', '/contacts', { add: 2 });
    const { events, subscribe } = await openStream(caller);
    await subscribe(CONTACTS, -2);
    const [{ data }] = await events();
    const { replayId } = data.event;
    const words = 'Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.';
    const refused = (id: number) => ({
      successful: false,
      error: `400::The replayId {${id}} you provided was invalid. ${words}`,
    });
    expect(await subscribe(CONTACTS, 12)).toMatchObject(refused(12));
    expect(await subscribe(CONTACTS, replayId + 10_000)).toMatchObject(refused(replayId + 10_000));
    await caller.control('DELETE', '/salesforce/replay');
    expect(await subscribe(CONTACTS, replayId)).toMatchObject(refused(replayId));
    await caller.control('POST', '/contacts', { add: 1 });
    expect(await subscribe(CONTACTS, replayId)).toMatchObject(refused(replayId));
    await caller.control('PUT', '/limits', { retentionSeconds: 0 });
    await subscribe(CONTACTS, -2);
    const after = await openSalesforce({ contacts: 0 });
    await after.control('POST', '/contacts', { add: 2 });
    expect(await (await openStream(after)).subscribe(CONTACTS, replayId)).toMatchObject(refused(replayId));
  });

  it('tells gaps instead of changes, and overflow', async () => {
    const caller = await openSalesforce({ contacts: 20 });
    const { events, subscribe } = await openStream(caller);
    await subscribe(ALL);
    const { body } = await caller.control('POST', '/salesforce/gap', { change: 1, archive: 1 });
    const told = (await events(2)).map((it) => headerOf(it));
    expect(told).toMatchObject([
      { changeType: 'GAP_UPDATE', recordIds: body.changed },
      { changeType: 'GAP_DELETE', recordIds: body.archived },
    ]);
    await caller.control('POST', '/salesforce/gap', { overflow: true, object: 'Lead' });
    const [overflow] = await events();
    expect(headerOf(overflow)).toMatchObject({
      entityName: 'Lead',
      changeType: 'GAP_OVERFLOW',
      recordIds: ['00Q*'],
    });
  });
});

describe('streaming clients', () => {
  it('are refused without a living session, and noticed when theirs dies while they wait', async () => {
    const caller = await openSalesforce({ contacts: 0 });
    const { shaken } = await openStream(caller.withToken('00Dx!nonsense'));
    expect(shaken).toMatchObject({
      successful: false,
      error: '403::Handshake denied',
      ext: { sfdc: { failureReason: '401::Authentication invalid' } },
      advice: { reconnect: 'none' },
    });
    const { connect, subscribe } = await openStream(caller, 600_000);
    await subscribe(CONTACTS);
    await connect();
    const waiting = connect();
    const calls = async () => (await caller.control('GET', '/calls')).body.at(-1);
    await expect.poll(calls).toMatchObject({ path: '/cometd/67.0', status: 0 });
    await caller.control('POST', '/tokens', { expire: 'access' });
    expect(await waiting).toMatchObject([{ successful: false, error: '401::Authentication invalid' }]);
  });

  it('are told of unknown channels, missing permissions and that they were forgotten', async () => {
    const caller = await openSalesforce({ contacts: 0 });
    const { connect, send, subscribe } = await openStream(caller);
    expect((await subscribe('/data/Nonsense')).error).toMatch(/^404::/);
    await caller.control('PUT', '/salesforce/settings', { changeDataCapture: false });
    const denied = '403::User not allowed to subscribe CDC without required permissions';
    expect((await subscribe(CONTACTS)).error).toBe(denied);
    await caller.control('DELETE', '/salesforce/streams');
    const [forgotten] = await connect();
    expect(forgotten).toMatchObject({ error: '403::Unknown client', advice: { reconnect: 'handshake' } });
    const other = await openStream(caller);
    expect((await other.send({ channel: '/meta/disconnect' }))[0]).toMatchObject({ successful: true });
    expect((await other.connect())[0].error).toBe('403::Unknown client');
    expect((await send({ channel: '/meta/connect', clientId: 'x' }))[0].error).toBe('403::Unknown client');
  });

  it('lose nothing when they hang up while waiting', async () => {
    const caller = await openSalesforce({ contacts: 0 });
    const { connect, events, shaken, subscribe } = await openStream(caller, 600_000);
    const { access_token } = await caller.connect();
    await subscribe(CONTACTS);
    await connect();
    const cut = new AbortController();
    const hanging = fetch(`${caller.url}/cometd/67.0`, {
      method: 'POST',
      signal: cut.signal,
      headers: { authorization: `OAuth ${access_token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: '/meta/connect', clientId: shaken.clientId }),
    });
    const last = async () => (await caller.control('GET', '/calls')).body.at(-1);
    await expect.poll(last).toMatchObject({ path: '/cometd/67.0', status: 0 });
    cut.abort();
    await expect(hanging).rejects.toThrow();
    await expect.poll(last).toMatchObject({ status: 200 });
    await caller.control('POST', '/contacts', { add: 1 });
    expect(await events()).toHaveLength(1);
  });

  it('do not keep the sandbox from closing', async () => {
    const caller = await openSalesforce({ contacts: 0 });
    const { connect } = await openStream(caller, 600_000);
    await connect();
    const outcome = connect().then(
      () => 'answered',
      () => 'broken',
    );
    const last = async () => (await caller.control('GET', '/calls')).body.at(-1);
    await expect.poll(last).toMatchObject({ status: 0 });
    await caller.close();
    expect(['answered', 'broken']).toContain(await outcome);
  });
});
