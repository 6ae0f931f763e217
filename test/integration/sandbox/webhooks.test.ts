import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { identifyAccount } from '../../../src/sandbox/hubspot/accounts.js';
import { openSandboxes, SANDBOX_CLIENT } from '../../../src/sandbox/index.js';
import { closeAfterFile } from '../../support/close-after-file.js';
import { controlSandbox, type SandboxControl } from '../../support/sandbox-control.js';
import { waitFor } from '../../support/services.js';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly events: { objectId: number; subscriptionType: string; attemptNumber: number; eventId: number }[];
}

const publicUrl = 'https://app.example.com/webhooks/hubspot?from=hubspot%20eu%3A1';

let sandbox: SandboxControl;
let targetUrl: string;
let received: Received[] = [];
let refusals = 0;

beforeAll(async () => {
  const sandboxes = await openSandboxes({ port: 0, contacts: 300 });
  closeAfterFile(() => sandboxes.close());
  sandbox = controlSandbox(sandboxes.hubspotUrl);
  const server = createServer((request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      received.push({ headers: request.headers, body, events: JSON.parse(body) });
      refusals -= 1;
      reply.writeHead(refusals >= 0 ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closeAfterFile(() => server.close());
  targetUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
});

afterEach(async () => {
  await sandbox.webhooks({ targetUrl: null });
  received = [];
  refusals = 0;
});

async function untilQuiet(): Promise<void> {
  await waitFor(() => sandbox.isQuiet(), { timeoutMs: 30_000, what: 'every event delivered' });
}

const events = () => received.flatMap((it) => it.events);

describe('webhooks', () => {
  test('are off until they have a target', async () => {
    await sandbox.touch('quiet', { change: 5 });
    expect(await sandbox.isQuiet()).toBe(true);
    expect(received).toEqual([]);
  });

  test('tell of every change, signed over the public address', async () => {
    await sandbox.webhooks({ targetUrl, publicUrl });
    const { changed, archived, added, merged } = await sandbox.touch('teller', {
      ...{ change: 3, archive: 2, add: 2, merge: 1 },
    });
    await untilQuiet();
    const told = (type: string) =>
      new Set(events().flatMap((it) => (it.subscriptionType === type ? String(it.objectId) : [])));
    expect(told('contact.propertyChange')).toEqual(new Set(changed));
    expect(told('contact.deletion')).toEqual(new Set(archived));
    expect(told('contact.creation')).toEqual(new Set(added));
    expect(told('contact.merge')).toEqual(new Set([merged[0]!.survivor]));
    for (const { headers, body } of received) {
      const timestamp = String(headers['x-hubspot-request-timestamp']);
      expect(Math.abs(Date.now() - Number(timestamp))).toBeLessThan(60_000);
      const signed = `POSThttps://app.example.com/webhooks/hubspot?from=hubspot%20eu:1${body}${timestamp}`;
      const signature = createHmac('sha256', SANDBOX_CLIENT.clientSecret).update(signed).digest('base64');
      expect(headers['x-hubspot-signature-v3']).toBe(signature);
    }
  });

  test('come in batches of a hundred, a burst of them too', async () => {
    await sandbox.webhooks({ targetUrl });
    await sandbox.burst('bursting', 1_050);
    await untilQuiet();
    expect(events()).toHaveLength(1_050);
    expect(Math.max(...received.map((it) => it.events.length))).toBe(100);
  });

  test('that are refused come again, with the number of the attempt', async () => {
    await sandbox.webhooks({ targetUrl });
    refusals = 2;
    await sandbox.burst('again', 1);
    await untilQuiet();
    expect(events().map((it) => it.attemptNumber)).toEqual([0, 1, 2]);
    expect(new Set(events().map((it) => it.eventId)).size).toBe(1);
  });

  test('may come twice and out of order', async () => {
    await sandbox.webhooks({ targetUrl, duplicate: 1, shuffle: true });
    await sandbox.burst('twice', 200);
    await untilQuiet();
    const ids = events().map((it) => it.eventId);
    expect(ids).toHaveLength(400);
    expect(new Set(ids).size).toBe(200);
    expect(ids).not.toEqual([...ids].sort((a, b) => a - b));
  });

  test('need a target that is one', async () => {
    await expect(sandbox.webhooks({ targetUrl: 'ftp://x' })).rejects.toThrow(/targetUrl/);
    await expect(sandbox.webhooks({ targetUrl, duplicate: 2 })).rejects.toThrow(/duplicate/);
    await expect(sandbox.restore('quiet', '1')).rejects.toThrow(/archived/);
  });
});

describe('the webhook journal', () => {
  const read = async (path: string, token?: string) => {
    const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
    const reply = await fetch(`${sandbox.url}/webhooks-journal/journal/2026-03/${path}`, { headers });
    const text = await reply.text();
    return { status: reply.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const issue = async (scope: string) => {
    const { clientId, clientSecret } = SANDBOX_CLIENT;
    const form = {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    };
    const reply = await fetch(`${sandbox.url}/oauth/v3/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    return (await reply.json()) as { access_token?: string; status?: string };
  };

  test('is for the app alone', async () => {
    expect((await read('latest')).status).toBe(401);
    expect(await issue('crm.objects.contacts.read')).toMatchObject({ status: 'BAD_SCOPE' });
    const { access_token: other } = await issue('developer.other');
    expect((await read('latest', other)).status).toBe(403);
  });

  test('is read file by file, until there is nothing new', async () => {
    const { access_token: token } = await issue('developer.webhooks_journal.read');
    const portalId = identifyAccount('journal').hubId;
    await sandbox.burst('journal', 1);
    const latest = await waitFor(
      async () => {
        const { body } = await read('latest', token);
        const file = body && (await (await fetch(body.url)).json());
        return file?.journalEvents.some((it: { portalId: number }) => it.portalId === portalId) && body;
      },
      { what: 'the event in the journal' },
    );
    expect((await read(`offset/${latest.currentOffset}/next`, token)).status).toBe(204);
    const { archived } = await sandbox.touch('journal', { archive: 1 });
    const next = await waitFor(async () => (await read(`offset/${latest.currentOffset}/next`, token)).body, {
      what: 'the next file',
    });
    expect(await (await fetch(next.url)).json()).toMatchObject({
      offset: next.currentOffset,
      journalEvents: [{ action: 'DELETE', objectTypeId: '0-1', objectId: Number(archived[0]) }],
    });
    await sandbox.expireJournal();
    expect((await read(`offset/${latest.currentOffset}/next`, token)).status).toBe(404);
    expect((await read('earliest', token)).status).toBe(204);
  });
});
