import type { FastifyReply, FastifyRequest } from 'fastify';

/** A request's query, each name once. */
export type Query = Partial<Record<string, string>> & Record<string, string>;

/** The query of a request; of a repeated name the first value. */
export function readQuery(request: FastifyRequest): Query {
  const entries = Object.entries(request.query as Record<string, string | string[]>);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value[0]! : value]));
}

/** True for an absolute address of a web page. */
export function isWebAddress(text: string | undefined): boolean {
  return text !== undefined && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** Sends the browser back to the app with the answer and the state that the app sent along. */
export function redirectToApp(
  reply: FastifyReply,
  query: Partial<Record<string, string>>,
  answer: Readonly<Record<string, string>>,
): FastifyReply {
  const target = new URL(query.redirect_uri!);
  for (const [name, value] of Object.entries(answer)) target.searchParams.set(name, value);
  if (query.state !== undefined) target.searchParams.set('state', query.state);
  return reply.redirect(target.href, 302);
}

/** Shows a page of HTML that must not be kept. */
export function sendPage(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(html);
}
