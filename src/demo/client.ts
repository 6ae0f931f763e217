import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { TypedDocumentString } from './gql/graphql.js';

/** A GraphQL client as any program could have it: fetch for operations, graphql-ws for what is live. */
export interface DemoClient {
  /** @throws Error with the server's first message */
  ask<R, V extends Record<string, unknown>>(document: TypedDocumentString<R, V>, variables: V): Promise<R>;
  follow<R, V extends Record<string, unknown>>(
    document: TypedDocumentString<R, V>,
    variables: V,
  ): AsyncIterable<R>;
  close(): void;
}

export function openClient(url: string, token: string): DemoClient {
  const authorization = `Bearer ${token}`;
  const sockets = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
    retryAttempts: 20,
  });
  return {
    async ask(document, variables) {
      const reply = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      return read(await reply.json());
    },
    async *follow(document, variables) {
      for await (const result of sockets.iterate({ query: document.toString(), variables }))
        yield read(result);
    },
    close: () => void sockets.dispose(),
  };
}

function read<R>(result: unknown): R {
  const { data, errors } = result as { data?: R; errors?: { message: string }[] };
  if (errors?.[0]) throw new Error(errors[0].message);
  if (!data) throw new Error('The server answered without data.');
  return data;
}
