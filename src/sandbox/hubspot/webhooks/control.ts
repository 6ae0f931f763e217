import type { FastifyInstance } from 'fastify';
import {
  ControlInputError,
  DEFAULT_ACCOUNT,
  readAccount,
  readCount,
  readFlag,
  readObject,
  refuseUnknown,
} from '../../control/control-input.js';
import type { Account, AccountBook } from '../accounts.js';
import type { Journal } from './journal.js';
import type { Target, WebhookSender } from './sender.js';

const FIELDS = ['targetUrl', 'publicUrl', 'duplicate', 'shuffle', 'delayMs'] as const;
const MAX_EVENTS = 1_000_000;
const MAX_DELAY_MS = 600_000;

/** HubSpot's own control calls: where webhooks go, bursts of them, restored contacts, and a journal that has expired. */
export function registerWebhookControl(
  app: FastifyInstance,
  accounts: AccountBook,
  sender: WebhookSender,
  journal: Journal,
): void {
  app.get('/hubspot/webhooks', () => sender.state);
  app.put('/hubspot/webhooks', (request) => {
    sender.aim(readTarget(request.body));
    return sender.state;
  });
  app.post('/hubspot/burst', (request) => {
    const body = readObject(request.body);
    refuseUnknown(body, ['events']);
    const account = accounts.get(readAccount(request.query, body) ?? DEFAULT_ACCOUNT);
    return burst(account, readCount(body, 'events', 0, 1, MAX_EVENTS));
  });
  app.post('/hubspot/restore', (request) => {
    const body = readObject(request.body);
    refuseUnknown(body, ['id']);
    const { contacts } = accounts.get(readAccount(request.query, body) ?? DEFAULT_ACCOUNT);
    const version = contacts.get(readCount(body, 'id', 0, 1));
    if (version?.archivedAt === undefined)
      throw new ControlInputError('id must be that of an archived contact.');
    return { restored: String(contacts.restore(version.id, Date.now()).id) };
  });
  app.delete('/hubspot/journal', () => {
    journal.expire();
    return {};
  });
}

/** A null address switches webhooks off. */
function readTarget(input: unknown): Target | undefined {
  const body = readObject(input);
  refuseUnknown(body, FIELDS);
  const { targetUrl, publicUrl = targetUrl, duplicate = 0 } = body;
  if (targetUrl === null) return undefined;
  if (!isWebAddress(targetUrl) || !isWebAddress(publicUrl))
    throw new ControlInputError(
      'targetUrl and publicUrl must be web addresses; a null targetUrl ends webhooks.',
    );
  if (typeof duplicate !== 'number' || !(duplicate >= 0 && duplicate <= 1))
    throw new ControlInputError('duplicate must be a share from 0 to 1.');
  const shuffle = readFlag(body, 'shuffle') ?? false;
  const delayMs = readCount(body, 'delayMs', 0, 0, MAX_DELAY_MS);
  return { targetUrl, publicUrl, duplicate, shuffle, delayMs };
}

function isWebAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//.test(value) && URL.canParse(value);
}

/** So many changes of one property each, over all live contacts in turn. */
function burst({ contacts, random }: Account, events: number): { events: number; contacts: number } {
  const live = [...contacts.all()].filter((it) => it.archivedAt === undefined);
  if (live.length === 0) throw new ControlInputError('The account has no live contact.');
  for (let index = 0; index < events; index++) {
    const { id } = live[index % live.length]!;
    const jobtitle = `Title ${random.int(1_000_000)}.${index}`; // never the one it has
    contacts.update(id, { jobtitle }, Date.now());
  }
  return { events, contacts: Math.min(events, live.length) };
}
