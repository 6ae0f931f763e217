import type { ServerResponse } from 'node:http';
import { openLoopbackServer } from '../loopback-server.js';

interface Message {
  readonly id: string;
  readonly channel: string;
  readonly clientId?: string;
  readonly subscription?: string;
  readonly ext?: { readonly replay?: Record<string, number> };
}

interface Poll {
  readonly response: ServerResponse;
  readonly id: string;
}

type Reply = Record<string, unknown>;

/** Salesforce's Streaming API of a few lines: Bayeux over long polls, one client at a time. */
export interface FakeStreaming {
  readonly url: string;
  /** Of each handshake, the `Authorization` that it came with. */
  readonly handshakes: (string | undefined)[];
  /** Of each subscription, the places that it asked for. */
  readonly replays: Record<string, number>[];
  /** Polls that hang. */
  readonly polls: Set<ServerResponse>;
  /** Instead of success. */
  refuse: (message: Message, authorization: string | undefined) => Reply | undefined;
  /** Ends the present poll with these. */
  send(...messages: readonly Reply[]): Promise<void>;
  /** Breaks the present poll. */
  cut(): Promise<void>;
}

export async function openFakeStreaming(): Promise<FakeStreaming> {
  const server = await openLoopbackServer();
  let waiting: ((poll: Poll) => void) | undefined;
  let poll: Poll | undefined;
  const it: FakeStreaming = {
    url: server.url,
    handshakes: [],
    replays: [],
    polls: new Set(),
    refuse: () => undefined,
    async send(...messages) {
      const { response, id } = await nextPoll();
      const done = { channel: '/meta/connect', id, successful: true };
      response.end(JSON.stringify([...messages, done]));
    },
    async cut() {
      (await nextPoll()).response.destroy();
    },
  };
  const nextPoll = async () => {
    const present = poll ?? (await new Promise<Poll>((resolve) => (waiting = resolve)));
    poll = undefined;
    return present;
  };
  const hang = (response: ServerResponse, { id }: Message) => {
    it.polls.add(response);
    response.on('close', () => {
      it.polls.delete(response);
      if (poll?.response === response) poll = undefined;
    });
    const present = { response, id };
    if (waiting) waiting(present);
    else poll = present;
    waiting = undefined;
  };
  const replyTo = (message: Message, authorization: string | undefined): Reply => {
    const { id, channel, ext } = message;
    if (channel === '/meta/handshake') it.handshakes.push(authorization);
    if (channel === '/meta/subscribe') it.replays.push(ext?.replay ?? {});
    const refusal = it.refuse(message, authorization);
    return refusal ? { id, channel, successful: false, ...refusal } : success(message);
  };
  server.answer = ({ body, headers }, response) => {
    const messages = JSON.parse(body) as Message[];
    const replies = messages.map((message) => replyTo(message, headers.authorization));
    const [only] = messages;
    const hangs =
      messages.length === 1 && only?.channel === '/meta/connect' && replies[0]?.successful === true;
    if (hangs) hang(response, only);
    else response.end(JSON.stringify(replies));
  };
  return it;
}

function success({ id, channel, subscription }: Message): Reply {
  const told = { id, channel, successful: true, clientId: 'c1' };
  if (channel === '/meta/handshake')
    return { ...told, version: '1.0', supportedConnectionTypes: ['long-polling'] };
  return subscription === undefined ? told : { ...told, subscription };
}
