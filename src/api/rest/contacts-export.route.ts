import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Commands, ContactFilter, ExportedContact } from '../../commands/index.js';
import {
  badInput,
  type ContactSource,
  contactSources,
  type Platform,
  platforms,
} from '../../domain/index.js';
import { toPublicError } from '../errors.js';
import { writeCards } from '../files/card-writer.js';
import { csvHeader, writeCsv } from '../files/csv-writer.js';
import type { SignIn } from '../sign-in.js';
import { refuse, signInRequest } from './signed-in.js';

interface ExportDeps {
  readonly commands: Commands;
  readonly signIn: SignIn;
}

type Query = Readonly<Record<string, string | string[] | undefined>>;

interface FileFormat {
  readonly contentType: string;
  /** What stands before the first contact. */
  readonly head: string;
  write(contacts: readonly ExportedContact[]): string;
}

const formats: Readonly<Record<string, FileFormat>> = {
  csv: { contentType: 'text/csv; charset=utf-8; header=present', head: csvHeader, write: writeCsv },
  vcf: { contentType: 'text/vcard; charset=utf-8', head: '', write: writeCards },
};

/** How long a client may take nothing before it is cut off (ms); longer than any page takes us. */
const stallMs = 120_000;

/** `GET /contacts.csv` and `GET /contacts.vcf`: all living contacts, read as fast as the client takes them. */
export function addContactsExport(app: FastifyInstance, { commands, signIn }: ExportDeps): void {
  for (const [ending, format] of Object.entries(formats)) {
    // A HEAD would read everything only to throw it away.
    app.get(`/contacts.${ending}`, { exposeHeadRoute: false }, async (request, reply) => {
      try {
        const userId = await signInRequest(signIn, request);
        const pages = commands.exportContacts(userId, readFilter(request.query as Query));
        const first = await pages.next();
        reply.raw.setTimeout(stallMs, () => reply.raw.destroy());
        return reply
          .type(format.contentType)
          .header('content-disposition', `attachment; filename="contacts.${ending}"`)
          .send(Readable.from(writeFile(request, format, first, pages)));
      } catch (error) {
        return refuse(request, reply, error);
      }
    });
  }
}

/** Contacts that are written at once; then other requests get their turn. */
const sliceSize = 250;

/** What fails after the beginning can only break the file off; then the log says why. */
async function* writeFile(
  { scope }: FastifyRequest,
  { head, write }: FileFormat,
  first: IteratorResult<ExportedContact[]>,
  rest: AsyncIterableIterator<ExportedContact[]>,
): AsyncGenerator<string> {
  try {
    if (head) yield head;
    for (let page = first; !page.done; page = await rest.next()) {
      for (let from = 0; from < page.value.length; from += sliceSize) {
        yield write(page.value.slice(from, from + sliceSize));
        await nextTurn();
      }
    }
  } catch (error) {
    toPublicError(error, scope);
    throw error;
  } finally {
    await rest.return?.();
  }
}

const readers: Readonly<Record<string, (value: string) => ContactFilter>> = {
  search: (search) => ({ search }),
  source: (value) => ({
    source: value.split(',').map((it) => readOne<ContactSource>('source', it, contactSources)),
  }),
  inPlatform: (value) => ({ inPlatform: readOne<Platform>('inPlatform', value, platforms) }),
};

/** @throws AppError BAD_USER_INPUT for a parameter that is unknown, or has no value that it can have */
function readFilter(query: Query): ContactFilter {
  const parts = Object.entries(query).map(([name, value]) => {
    const read = Object.hasOwn(readers, name) ? readers[name] : undefined;
    if (!read) throw badInput(name, `No such parameter: there are ${Object.keys(readers).join(', ')}.`);
    if (typeof value !== 'string') throw badInput(name, `${name} is given twice.`);
    return read(value);
  });
  return Object.assign({}, ...parts);
}

function readOne<T extends string>(name: string, value: string, known: readonly T[]): T {
  const found = known.find((it) => it === value.trim().toUpperCase());
  if (!found) throw badInput(name, `${name} must be ${known.join(', ')}.`);
  return found;
}
