import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readBearer } from '../gate.js';
import type { GrantBook } from '../oauth/grant-book.js';
import { missingScopes, notFound, unauthenticated } from '../replies.js';
import type { Journal, JournalFile } from './journal.js';

const PREFIX = '/webhooks-journal/journal/2026-03';
const JOURNAL_SCOPE = 'developer.webhooks_journal.read';
/** For how long the address of a file is good. */
const FILE_MINUTES = 60;

/** The webhook journal of all accounts (document webhooks-journal-2026-03): what to read next, and the files themselves. */
export function registerJournal(app: FastifyInstance, grants: GrantBook, journal: Journal): void {
  const onRequest = async (request: FastifyRequest): Promise<void> => {
    const token = readBearer(request);
    if (token === undefined) throw unauthenticated();
    const { account, scopes } = grants.checkAccess(token, Date.now());
    if (account !== '' || !scopes.includes(JOURNAL_SCOPE)) throw missingScopes([JOURNAL_SCOPE]);
  };
  app.get(`${PREFIX}/earliest`, { onRequest }, (request, reply) => show(request, reply, journal.earliest));
  app.get(`${PREFIX}/latest`, { onRequest }, (request, reply) => show(request, reply, journal.latest));
  app.get(`${PREFIX}/offset/:offset/next`, { onRequest }, (request, reply) => {
    const file = journal.find((request.params as { offset: string }).offset);
    if (!file) throw notFound();
    return show(request, reply, journal.after(file));
  });
  // HubSpot keeps the files elsewhere, at addresses that are secret for as long as they are good.
  app.get('/webhooks-journal-files/:offset', (request) => {
    const file = journal.find((request.params as { offset: string }).offset);
    if (!file) throw notFound();
    return file;
  });
}

function show(request: FastifyRequest, reply: FastifyReply, file: JournalFile | undefined): FastifyReply {
  if (!file) return reply.code(204).send();
  const expiresAt = new Date(Date.now() + FILE_MINUTES * 60_000).toISOString();
  const url = `http://${request.headers.host}/webhooks-journal-files/${file.offset}`;
  return reply.send({ url, expiresAt, currentOffset: file.offset });
}
