import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { AppError, type Cursor } from '../../domain/index.js';
import type { ChangeJournal, JournalEntry, TokenSource, Tokens } from '../contract.js';
import { send } from '../kit/http.js';
import type { LimitRule, Permits } from '../kit/permits.js';
import { type ApiReply, createSessions } from '../kit/session.js';
import { collectChanges } from './changed-objects.js';
import { classify, unreadable } from './errors.js';
import type { HubspotOAuth } from './oauth.js';

interface JournalOptions {
  readonly apiUrl: string;
  readonly oauth: Pick<HubspotOAuth, 'issueToApp'>;
  readonly permits: Permits;
  readonly dispatcher?: Dispatcher;
}

/** HubSpot's guide "Webhook journal APIs" (2026-03): entries of all accounts where the app is installed, kept for 3 days. */
const journal = '/webhooks-journal/journal/2026-03';
const scopes = ['developer.webhooks_journal.read'];
/** The journal's own limit: 100 requests a minute for the app. */
const limit: LimitRule = { key: 'hubspot:journal', limit: 100, windowMs: 60_000 };
/** A token is renewed so long before its end (ms). */
const leadMs = 60_000;
const fileDeadlineMs = 30_000;

const entryShape = z.object({ url: z.string().max(8_192), currentOffset: z.string().min(1).max(256) });
const fileShape = z.object({
  journalEvents: z.array(
    z.object({
      portalId: z.unknown().optional(),
      objectTypeId: z.unknown().optional(),
      objectId: z.unknown().optional(),
      primaryObjectId: z.unknown().optional(),
      newObjectId: z.unknown().optional(),
      mergedObjectIds: z.unknown().optional(),
      occurredAt: z.unknown().optional(),
    }),
  ),
});
const placeShape = z.strictObject({ offset: z.string().min(1).max(256) });

/** HubSpot's webhook journal: an entry is a file of events, at an address of its own. */
export function createHubspotJournal(options: JournalOptions): ChangeJournal {
  const { apiUrl, oauth, permits, dispatcher } = options;
  const sessions = createSessions({
    platform: 'HUBSPOT',
    apiUrl,
    permits,
    classify: classifyJournal,
    ...(dispatcher && { dispatcher }),
  });
  const owner = { userId: '', accountId: 'app', apiUrl: null, interactive: false };
  const session = sessions.open({ ...owner, tokens: createAppTokens(oauth) });
  return {
    async read(from, signal) {
      const path = from === undefined ? `${journal}/latest` : `${journal}/offset/${offsetOf(from)}/next`;
      const request = { method: 'GET', path, rules: [limit], refusedBy: limit } as const;
      const reply = await session.call(request, signal);
      if (reply.status === 204 || reply.body === undefined) return null;
      return readEntry(options, reply, signal);
    },
  };
}

async function readEntry(
  { apiUrl, dispatcher }: JournalOptions,
  { body }: ApiReply,
  signal: AbortSignal,
): Promise<JournalEntry> {
  const entry = entryShape.safeParse(body);
  if (!entry.success) throw unreadable('a journal entry');
  const url = fileUrl(entry.data.url, apiUrl);
  const call = { method: 'GET', url, headers: { accept: 'application/json' }, signal } as const;
  const file = await send('HUBSPOT', { ...call, deadlineMs: fileDeadlineMs }, dispatcher);
  if (file.status !== 200) throw unreadable('an address of a journal file');
  const events = fileShape.safeParse(parse(file.text));
  if (!events.success) throw unreadable('a journal file');
  const ofContacts = events.data.journalEvents.filter(({ objectTypeId }) => objectTypeId === '0-1');
  return { changes: collectChanges(ofContacts), place: { offset: entry.data.currentOffset } };
}

/** Over TLS, or beside the API where that is a sandbox on this machine. */
function fileUrl(text: string, apiUrl: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'https:' || url.origin === new URL(apiUrl).origin)) return url;
  throw unreadable('an address of a journal file');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function offsetOf(from: Cursor): string {
  const place = placeShape.safeParse(from);
  if (!place.success) throw expired();
  return encodeURIComponent(place.data.offset);
}

/** What HubSpot says of an offset that it no longer keeps is not documented: it is no such thing, in some way. */
function classifyJournal(reply: ApiReply): AppError {
  if ([400, 404, 410].includes(reply.status)) return expired();
  if (reply.status !== 403) return classify(reply);
  const words = `HubSpot does not let this app read its webhook journal (scope ${scopes.join(' ')}).`;
  return new AppError('CRM_REJECTED', words);
}

function expired(): AppError {
  return new AppError(
    'CURSOR_EXPIRED',
    "HubSpot's journal has moved on beyond the place that was read last.",
  );
}

/** Tokens of the app are not stored: each process asks for its own. */
function createAppTokens(oauth: Pick<HubspotOAuth, 'issueToApp'>): TokenSource {
  let tokens: Tokens | undefined;
  const renew = async () => {
    tokens = await oauth.issueToApp(scopes);
    return tokens.accessToken;
  };
  return {
    current: async () => {
      const isGood =
        tokens && (tokens.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) > Date.now() + leadMs;
      return tokens && isGood ? tokens.accessToken : renew();
    },
    renew,
  };
}
