import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Account } from './accounts.js';
import { readMask } from './field-mask.js';
import type { PeopleContext } from './people-context.js';
import { renderPerson } from './person-renderer.js';
import { invalid } from './replies.js';
import { findLive } from './write-routes.js';

const UPDATE = 'people.people.updateContactPhoto';
const DELETE = 'people.people.deleteContactPhoto';
/** How JPEG and PNG files begin. */
const SIGNATURES = ['ffd8ff', '89504e470d0a1a0a'];

/** A contact's photo. The sandbox keeps none: it makes up an address for each, and the contact's etag moves. */
export function registerPhotos(app: FastifyInstance, { gate, document }: PeopleContext): void {
  const idOf = (request: { params: unknown }) => (request.params as { personId: string }).personId;

  app.patch('/people/:personId(^[^:]+)::updateContactPhoto', { onRequest: gate.admit(UPDATE) }, (request) => {
    document.readQuery(UPDATE, request.query);
    const text = request.body as string;
    const body = document.readBody<{ photoBytes?: string; personFields?: string }>(
      'UpdateContactPhotoRequest',
      text,
    );
    const url = toPhotoUrl(body.photoBytes ?? '');
    return setPhoto(gate.callerOf(request).account, idOf(request), url, body.personFields);
  });
  app.delete(
    '/people/:personId(^[^:]+)::deleteContactPhoto',
    { onRequest: gate.admit(DELETE) },
    (request) => {
      const { personFields } = document.readQuery<{ personFields?: string }>(DELETE, request.query);
      return setPhoto(gate.callerOf(request).account, idOf(request), undefined, personFields);
    },
  );
}

function setPhoto(account: Account, id: string, url: string | undefined, personFields?: string): object {
  const mask = personFields ? readMask(personFields, 'personFields') : undefined;
  const version = account.people.setPhoto(findLive(account, id).id, url, Date.now());
  return mask ? { person: renderPerson(version, mask) } : {};
}

/** Throws GoogleRefusal (400) for bytes (base64) that are no picture. */
function toPhotoUrl(photoBytes: string): string {
  const bytes = Buffer.from(photoBytes, 'base64');
  const beginning = bytes.subarray(0, 8).toString('hex');
  if (!SIGNATURES.some((it) => beginning.startsWith(it))) throw invalid('Photo must be a JPEG or PNG image.');
  const name = createHash('sha1').update(bytes).digest('base64url');
  return `https://lh3.googleusercontent.com/contacts/${name}=s100`;
}
