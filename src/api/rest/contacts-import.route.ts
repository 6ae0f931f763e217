import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Commands } from '../../commands/index.js';
import { badInput } from '../../domain/index.js';
import { openCards } from '../files/card-reader.js';
import { openCsv } from '../files/csv-reader.js';
import type { ContactFile } from '../files/file-entry.js';
import { createTally, type ImportTally, importFile } from '../files/import-file.js';
import type { SignIn } from '../sign-in.js';
import { refuse, signInRequest } from './signed-in.js';
import { readUpload, SilentClient } from './upload.js';

interface ImportDeps {
  readonly commands: Commands;
  readonly signIn: SignIn;
  /** Connections whose request may take longer than any other. */
  readonly longUploads: WeakSet<Socket>;
  /** How long a client may send nothing (ms). */
  readonly silenceMs: number;
}

type OpenFile = (body: AsyncIterable<Buffer>) => Promise<ContactFile>;

const formats: Readonly<Record<string, OpenFile>> = {
  'text/csv': openCsv,
  'text/vcard': openCards,
  'text/x-vcard': openCards,
};

/** How long the rest of a body is taken in after the answer, so that its sender gets to read it (ms). */
const restMs = 10_000;

/** `POST /contacts/import`: a CSV or a file of vCards of any length, a thousand contacts to a transaction. */
export function addContactsImport(app: FastifyInstance, deps: ImportDeps): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    // Before the handler only the content type can be at fault.
    scope.setErrorHandler((_error, request, reply) => refuse(request, reply, unknownFormat, { status: 415 }));
    scope.post('/contacts/import', async (request, reply) => {
      const tally = createTally();
      try {
        const userId = await signInRequest(deps.signIn, request);
        const open = chooseFormat(request);
        if (!open) return refuse(request, reply, unknownFormat, { status: 415 });
        const importBatch = (inputs: Parameters<Commands['importContacts']>[1]) =>
          deps.commands.importContacts(userId, inputs, 'API');
        const { ignoredColumns } = await takeUpload(request, deps, async (body) => {
          const file = await open(body);
          await importFile(file, importBatch, tally);
          return file;
        });
        return reply.send({ ...tally, ignoredColumns });
      } catch (error) {
        return answerBroken(request, reply, error, tally);
      }
    });
  });
}

const unknownFormat = badInput(
  'body',
  'Send the file as content-type: text/csv or text/vcard, in UTF-8 and without content-encoding.',
);

function chooseFormat({ headers }: FastifyRequest): OpenFile | undefined {
  const [type, ...parameters] = (headers['content-type'] ?? '')
    .toLowerCase()
    .split(';')
    .map((it) => it.trim());
  const charset = parameters
    .find((it) => it.startsWith('charset='))
    ?.slice('charset='.length)
    .replaceAll('"', '');
  const isReadable = [undefined, 'utf-8', 'utf8', 'us-ascii'].includes(charset);
  const isPlain = ['', 'identity'].includes(headers['content-encoding'] ?? '');
  return isReadable && isPlain && Object.hasOwn(formats, type as string)
    ? formats[type as string]
    : undefined;
}

/** Spares the connection the limit for whole requests while its body is being read. */
async function takeUpload<T>(
  { raw }: FastifyRequest,
  { longUploads, silenceMs }: ImportDeps,
  take: (body: AsyncIterable<Buffer>) => Promise<T>,
): Promise<T> {
  const { socket } = raw;
  const body = readUpload(raw, silenceMs);
  longUploads.add(socket);
  try {
    return await take(body);
  } finally {
    await body.return(undefined);
    raw.resume();
    longUploads.delete(socket);
    if (!raw.complete) setTimeout(() => raw.complete || socket.destroy(), restMs).unref();
  }
}

/** What was stored before an error stays, so the answer tells it. */
function answerBroken(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  tally: ImportTally,
): FastifyReply {
  const { errors: failures, ...counts } = tally;
  const isBegun = counts.created + counts.updated + counts.unchanged + counts.failed > 0;
  const more = isBegun ? { imported: { ...counts, errors: failures } } : {};
  const { raw } = request;
  if (error instanceof SilentClient) {
    reply.header('connection', 'close');
    const silence = badInput(
      'body',
      'The upload has stopped: nothing more came. What was imported before stays.',
    );
    return refuse(request, reply, silence, { status: 408, more });
  }
  if (raw.destroyed && !raw.complete) {
    request.scope.log.info(counts, 'An upload broke off');
    return refuse(request, reply, badInput('body', 'The upload broke off.'));
  }
  return refuse(request, reply, error, { more });
}
