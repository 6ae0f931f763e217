import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LimitBook } from '../../control/limit-book.js';
import type { SalesforceLimitName } from '../limits.js';
import type { GrantBook } from '../oauth/grant-book.js';
import type { Org, OrgBook } from '../orgs.js';
import { SalesforceRefusal } from '../replies.js';
import { readSession } from '../session.js';
import { REPLAY_NEW } from './change-stream.js';
import type { StreamingBook } from './streaming-book.js';
import { isChannel, type Message, type StreamingSession } from './streaming-session.js';

/** What the streaming endpoint needs of the sandbox. */
interface StreamingSurroundings {
  readonly grants: GrantBook;
  readonly orgs: OrgBook;
  readonly limits: LimitBook<SalesforceLimitName>;
  readonly sessions: StreamingBook;
}

/** What a timer of Node can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const RETRY = { reconnect: 'retry', interval: 0 } as const;

/** `POST /cometd/{version}`: the Streaming API, which is Bayeux over long polling. Calls are not counted. */
export function registerCometd(app: FastifyInstance, around: StreamingSurroundings): void {
  app.addHook('onClose', async () => around.sessions.closeAll());
  const handler = async (request: FastifyRequest): Promise<Message[]> => {
    const messages = Array.isArray(request.body) ? request.body : [request.body];
    const replies: Message[] = [];
    for (const message of messages as Message[]) replies.push(...(await answer(around, request, message)));
    return replies;
  };
  app.post('/cometd/:version', handler);
  app.post('/cometd/:version/*', handler);
}

async function answer(
  around: StreamingSurroundings,
  request: FastifyRequest,
  message: Message,
): Promise<Message[]> {
  const { channel, id } = message;
  const frame = { channel, ...(id !== undefined && { id }) };
  const org = findOrg(around, request);
  if (!org) return [{ ...frame, ...describeDeadToken(channel) }];
  if (channel === '/meta/handshake') return [{ ...frame, ...openSession(around, org) }];
  const session = around.sessions.find(message.clientId, org);
  if (!session) return [{ ...frame, ...UNKNOWN_CLIENT }];
  const reply = { ...frame, clientId: session.clientId };
  switch (channel) {
    case '/meta/connect':
      return connect(around, request, session, reply);
    case '/meta/subscribe':
      return [{ ...reply, ...subscribe(around, session, message) }];
    case '/meta/unsubscribe':
      session.unsubscribe(String(message.subscription));
      return [{ ...reply, subscription: message.subscription, successful: true }];
    case '/meta/disconnect':
      around.sessions.close(session);
      return [{ ...reply, successful: true }];
    default:
      return [{ ...reply, successful: false, error: '403::Publishing is not allowed' }];
  }
}

/** The org of a living session, undefined without one. */
function findOrg({ grants, orgs }: StreamingSurroundings, request: FastifyRequest): Org | undefined {
  try {
    return orgs.get(grants.checkAccess(readSession(request) ?? '', Date.now()).account);
  } catch (error) {
    if (error instanceof SalesforceRefusal) return undefined;
    throw error;
  }
}

function describeDeadToken(channel: unknown): Message {
  const reason = '401::Authentication invalid';
  const advice = { reconnect: 'none', interval: 0 };
  if (channel !== '/meta/handshake') return { successful: false, error: reason, advice };
  const ext = { sfdc: { failureReason: reason }, replay: true };
  return { successful: false, error: '403::Handshake denied', ext, advice };
}

const UNKNOWN_CLIENT: Message = {
  successful: false,
  error: '403::Unknown client',
  advice: { reconnect: 'handshake', interval: 0 },
};

function openSession({ sessions }: StreamingSurroundings, org: Org): Message {
  return {
    version: '1.0',
    minimumVersion: '1.0',
    clientId: sessions.open(org).clientId,
    supportedConnectionTypes: ['long-polling'],
    ext: { replay: true, 'payload.format': true },
    advice: RETRY,
    successful: true,
  };
}

/** Waits for events, unless it is the client's first connect; the token may die meanwhile. */
async function connect(
  around: StreamingSurroundings,
  request: FastifyRequest,
  session: StreamingSession,
  reply: Message,
): Promise<Message[]> {
  const timeout = around.limits.of(session.org.name).longPollMs ?? LONGEST_TIMER_MS;
  const isFirst = !session.hasConnected;
  session.hasConnected = true;
  const { socket } = request.raw;
  const hangUp = (): void => session.stir();
  socket.once('close', hangUp);
  if (!isFirst) await session.wait(Math.min(timeout, LONGEST_TIMER_MS));
  socket.off('close', hangUp);
  session.lastSeen = Date.now();
  // A caller who hung up must not take events along.
  if (socket.destroyed) return [];
  if (!findOrg(around, request)) return [{ ...reply, ...describeDeadToken(reply.channel) }];
  if (!around.sessions.find(session.clientId, session.org)) return [{ ...reply, ...UNKNOWN_CLIENT }];
  const events = session.take();
  return [...events, { ...reply, successful: true, advice: { ...RETRY, timeout } }];
}

function subscribe(
  { limits }: StreamingSurroundings,
  session: StreamingSession,
  { subscription, ext }: Message,
): Message {
  const { org } = session;
  const refuse = (error: string): Message => ({ subscription, successful: false, error });
  if (!isChannel(subscription)) {
    return refuse(`404::The channel you requested to subscribe to does not exist {${String(subscription)}}`);
  }
  if (!org.settings.changeDataCapture) {
    return refuse('403::User not allowed to subscribe CDC without required permissions');
  }
  const wanted = (ext as { replay?: Record<string, unknown> } | undefined)?.replay?.[subscription];
  const replayId = Number(wanted ?? REPLAY_NEW);
  const missed = org.changes.replay(replayId, Date.now(), limits.of(org.name).retentionSeconds);
  if (!missed) {
    return refuse(
      `400::The replayId {${String(wanted)}} you provided was invalid. Please provide a valid ID, -2 to replay all events, or -1 to replay only new events.`,
    );
  }
  session.subscribe(subscription, missed);
  return { subscription, successful: true };
}
