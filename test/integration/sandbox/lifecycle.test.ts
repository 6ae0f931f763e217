import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isSandboxServing, openSandboxes } from '../../../src/sandbox/index.js';
import { approve, openCaller, postForm, REDIRECT_URI } from './sandbox-caller.js';

async function open(options: object = {}) {
  const sandboxes = await openSandboxes({ port: 0, contacts: 20, ...options });
  onTestFinished(() => sandboxes.close());
  return sandboxes;
}

describe('openSandboxes', () => {
  it('is found by isSandboxServing while it serves', async () => {
    const sandboxes = await openSandboxes({ port: 0, contacts: 1 });
    expect(await isSandboxServing(sandboxes.hubspotUrl)).toBe(true);
    await sandboxes.close();
    expect(await isSandboxServing(sandboxes.hubspotUrl)).toBe(false);
    expect(await isSandboxServing('not a url')).toBe(false);
  });

  it('serves the app that it is given, and that one only', async () => {
    const client = { clientId: 'an-app', clientSecret: 'of-our-own' };
    const { hubspotUrl } = await open({ clients: { hubspot: client } });
    const ours = { client_id: client.clientId, client_secret: client.clientSecret };
    const exchange = async (code: string, app: Record<string, string> = {}) =>
      postForm(hubspotUrl, '/oauth/v1/token', {
        grant_type: 'authorization_code',
        redirect_uri: REDIRECT_URI,
        code,
        ...app,
      });
    const code = (await approve(hubspotUrl, { client_id: client.clientId })).searchParams.get('code') ?? '';
    expect((await exchange(code)).body.status).toBe('BAD_CLIENT_ID');
    expect((await exchange(code, { client_id: client.clientId })).body.status).toBe('BAD_CLIENT_SECRET');
    const pair = await exchange(code, ours);
    expect(pair.status).toBe(200);
    const refresh = { ...ours, grant_type: 'refresh_token', refresh_token: pair.body.refresh_token };
    expect((await postForm(hubspotUrl, '/oauth/v1/token', refresh)).status).toBe(200);
    expect((await approve(hubspotUrl)).href).toBe('about:blank');
  });

  it('rejects with EADDRINUSE when the port is taken', async () => {
    const { hubspotUrl } = await open();
    const port = Number(new URL(hubspotUrl).port);
    await expect(openSandboxes({ port, contacts: 1 })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closes at once, with connections open and answers outstanding', async () => {
    const sandboxes = await openSandboxes({ port: 0, contacts: 1 });
    const { hostname, port } = new URL(sandboxes.hubspotUrl);
    const socket = connect(Number(port), hostname);
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => undefined);
    await fetch(`${sandboxes.hubspotUrl}/__control/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ delayMs: 60_000 }),
    });
    const slow = fetch(`${sandboxes.hubspotUrl}/oauth/authorize`);
    const outcome = slow.then(
      () => 'answered',
      () => 'broken',
    );
    await expect
      .poll(async () => (await fetch(`${sandboxes.hubspotUrl}/__control/calls`)).json())
      .toMatchObject([{ path: '/oauth/authorize', status: 0 }]);
    const started = performance.now();
    await sandboxes.close();
    await ended;
    expect(await outcome).toBe('broken');
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('gives equal contacts for one seed, others for another', async () => {
    const read = async (seed: number, account: string) => {
      const { hubspotUrl } = await open({ seed });
      return (await fetch(`${hubspotUrl}/__control/contacts?full=1&account=${account}`)).json();
    };
    const one = await read(5, 'demo');
    expect(await read(5, 'demo')).toEqual(one);
    expect(await read(6, 'demo')).not.toEqual(one);
    expect(await read(5, 'acme')).not.toEqual(one);
  });

  it('carries hundreds of accounts', async () => {
    const { hubspotUrl } = await open({ contacts: 500 });
    const started = process.cpuUsage();
    for (let account = 0; account < 200; account++) {
      const reply = await fetch(`${hubspotUrl}/__control/contacts?account=tenant-${account}`);
      expect(await reply.json()).toEqual({ total: 500, archived: 0 });
    }
    expect(process.cpuUsage(started).user / 1_000).toBeLessThan(10_000);
  });

  it('answers control calls on the loopback interface only', async ({ skip }) => {
    const addresses = Object.values(networkInterfaces()).flatMap((it) => it ?? []);
    const outside = addresses.find((it) => !it.internal && it.family === 'IPv4');
    if (!outside) return skip('this machine has no other interface');
    const { port } = new URL((await open({ host: '0.0.0.0' })).hubspotUrl);
    const reply = await fetch(`http://${outside.address}:${port}/__control/limits`);
    expect(reply.status).toBe(403);
    expect((await fetch(`http://127.0.0.1:${port}/__control/limits`)).status).toBe(200);
  });
});

describe('speed', () => {
  it('serves 30,000 contacts without strain', async () => {
    const caller = await openCaller({ contacts: 30_000 });
    await caller.control('PUT', '/limits', { searchPerSecond: null, searchLagMs: 0 });
    // Processor time, not the clock's: the machine may be busy with other things. The median of 15 calls.
    const time = async (call: () => Promise<{ status: number }>): Promise<number> => {
      const spent: number[] = [];
      for (let turn = 0; turn < 15; turn++) {
        const started = process.cpuUsage();
        expect((await call()).status).toBe(200);
        const { user, system } = process.cpuUsage(started);
        spent.push((user + system) / 1_000);
      }
      return spent.sort((a, b) => a - b)[7]!;
    };
    const path = '/crm/v3/objects/contacts';
    expect(await time(() => caller.crm('GET', `${path}?limit=100&after=10000000000`))).toBeLessThan(50);
    const search = {
      filterGroups: [{ filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: '1' }] }],
      sorts: [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }],
      limit: 100,
      after: '9000',
    };
    const searchAfterWrite = async () => {
      await caller.control('POST', '/contacts', { sameMillisecond: 5 });
      return caller.crm('POST', `${path}/search`, search);
    };
    expect(await time(searchAfterWrite)).toBeLessThan(150);
  });
});
