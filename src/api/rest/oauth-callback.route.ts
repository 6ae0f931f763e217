import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Commands } from '../../commands/index.js';
import { type AppError, badInput, type Platform, platformNames, platforms } from '../../domain/index.js';
import { toPublicError } from '../errors.js';
import { pageSecurityPolicy, renderPage } from './callback-page.js';

type Query = Readonly<Record<string, string | string[] | undefined>>;
type CallbackRequest = FastifyRequest<{ Params: { platform: string }; Querystring: Query }>;

/** Where a CRM sends the user's browser back to: `/oauth/hubspot/callback`. */
export function addOAuthCallback(app: FastifyInstance, commands: Commands): void {
  app.get('/oauth/:platform/callback', async (request: CallbackRequest, reply) => {
    const platform = platforms.find((it) => it.toLowerCase() === request.params.platform);
    if (!platform) return reply.callNotFound();
    try {
      const { returnTo, error } = await completeConnection(commands, platform, request.query);
      if (returnTo === null)
        return error ? sendFailure(request, reply, platform, error) : sendSuccess(reply, platform);
      return reply.redirect(addOutcome(returnTo, outcomeOf(request, error)), 302);
    } catch (error) {
      return sendFailure(request, reply, platform, error);
    }
  });
}

async function completeConnection(commands: Commands, platform: Platform, query: Query) {
  const state = readOne(query.state);
  if (!state)
    throw badInput('state', 'This page ends a connection; start one in the app that sent you here.');
  return await commands.completeConnection(platform, {
    state,
    code: readOne(query.code),
    error: readOne(query.error),
    errorDescription: readOne(query.error_description),
  });
}

/** A parameter that is given twice is no one's: OAuth forbids it (RFC 6749, 3.1). */
function readOne(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What the page that the user returns to is told: `connected=hubspot`, or `error=<code>&platform=hubspot`. */
function outcomeOf(
  { params, scope }: CallbackRequest,
  error: AppError | undefined,
): Readonly<Record<string, string>> {
  if (!error) return { connected: params.platform };
  return { error: toPublicError(error, scope).extensions.code, platform: params.platform };
}

function addOutcome(returnTo: string, outcome: Readonly<Record<string, string>>): string {
  const url = new URL(returnTo);
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value);
  return url.href;
}

function sendSuccess(reply: FastifyReply, platform: Platform): FastifyReply {
  return sendPage(reply, 200, `${platformNames[platform]} is connected.`, 'You can close this window.');
}

function sendFailure(
  request: FastifyRequest,
  reply: FastifyReply,
  platform: Platform,
  error: unknown,
): FastifyReply {
  const { message, extensions } = toPublicError(error, request.scope);
  const status = extensions.code === 'INTERNAL' ? 500 : 400;
  return sendPage(reply, status, `${platformNames[platform]} is not connected.`, message);
}

function sendPage(reply: FastifyReply, status: number, title: string, text: string): FastifyReply {
  return reply
    .code(status)
    .header('content-security-policy', pageSecurityPolicy)
    .type('text/html; charset=utf-8')
    .send(renderPage(title, text));
}
