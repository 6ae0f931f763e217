import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ControlInputError } from '../control/control-input.js';
import type { Platform } from '../control/platform.js';
import { createSerial } from '../oauth/seal.js';
import { AccountBook } from './accounts.js';
import { registerBatches } from './batch-routes.js';
import { DiscoveryCheck } from './discovery-check.js';
import { answerFault } from './fault-answers.js';
import { ALL_FIELDS } from './field-mask.js';
import { findAccount } from './find-account.js';
import { Gate } from './gate.js';
import { registerGoogleControl } from './google-control.js';
import { registerGroups } from './group-routes.js';
import { createGoogleLimits } from './limits.js';
import { registerLists } from './list-routes.js';
import { registerMembers } from './member-routes.js';
import { registerAuthorize } from './oauth/authorize-route.js';
import { GrantBook } from './oauth/grant-book.js';
import { IdTokenSigner } from './oauth/id-token.js';
import { registerIdentity } from './oauth/identity-routes.js';
import { type OauthClient, registerTokens } from './oauth/token-routes.js';
import { registerOthers } from './other-routes.js';
import type { PeopleContext } from './people-context.js';
import type { PersonVersion } from './person-record.js';
import { type PublicPerson, renderPerson } from './person-renderer.js';
import { registerPhotos } from './photo-routes.js';
import { registerReads } from './read-routes.js';
import { describeFailure, GoogleRefusal } from './replies.js';
import { touchPersons } from './touch-persons.js';
import { registerWrites } from './write-routes.js';

interface GoogleOptions {
  readonly seed: number;
  /** Contacts that an account has when first used. */
  readonly contacts: number;
  readonly client: OauthClient;
}

/** A simulated Google: OAuth and the People API for contacts, with its limits, its delays and its errors. */
export function createGooglePlatform({ seed, contacts, client }: GoogleOptions): Platform {
  const accounts = new AccountBook({ seed, contacts, secret: client.clientSecret, life: createSerial() });
  const limits = createGoogleLimits();
  const grants = new GrantBook(client.clientSecret, (account) => limits.of(account).accessTokenSeconds);
  const signer = new IdTokenSigner(client.clientId);
  return {
    limits,
    register(app, callOf) {
      readBodies(app);
      answerErrors(app);
      registerAuthorize(app, grants, client.clientId);
      // Contacts are made with the grant: the first read need not wait for them.
      registerTokens(app, { grants, client, signer, welcome: (account) => accounts.get(account) });
      registerIdentity(app, grants, signer);
      const document = new DiscoveryCheck();
      const gate = new Gate(grants, accounts, limits, document, callOf);
      registerPeople(app, { gate, document, limits });
    },
    registerControl: (app) => registerGoogleControl(app, accounts),
    findAccount: (request) => findAccount(request, grants),
    countContacts: (account) => accounts.get(account).people.counts,
    listContacts: (account) => [...accounts.get(account).people.all()].map(showWhole),
    touchContacts: (account, changes) => touchPersons(accounts.get(account), changes),
    expireTokens: (account, kind) => grants.expire(account, kind),
    rotateTokens() {
      throw new ControlInputError('Google does not rotate refresh tokens.');
    },
    answerFault,
  };
}

/** A person with every field; a deleted one is flagged. */
function showWhole(version: PersonVersion): PublicPerson {
  const person = renderPerson(version, ALL_FIELDS, { showsPrevious: true });
  if (version.deletedAt === undefined) return person;
  return { ...person, metadata: { ...(person.metadata as object), deleted: true } };
}

function registerPeople(app: FastifyInstance, context: PeopleContext): void {
  app.register(
    async (scope) => {
      registerLists(scope, context);
      registerReads(scope, context);
      registerOthers(scope, context);
      registerWrites(scope, context);
      registerBatches(scope, context);
      registerPhotos(scope, context);
      registerGroups(scope, context);
      registerMembers(scope, context);
    },
    { prefix: '/v1' },
  );
}

/** JSON stays text until its route has read it against the document; forms become objects. */
function readBodies(app: FastifyInstance): void {
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    done(null, text);
  });
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, text, done) => {
      done(null, Object.fromEntries(new URLSearchParams(text as string)));
    },
  );
}

function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: unknown, _request: FastifyRequest, reply: FastifyReply) => {
    if (error instanceof GoogleRefusal)
      return reply.code(error.status).headers(error.headers).send(error.body);
    const { statusCode = 500 } = error as { statusCode?: number };
    if (statusCode >= 500) console.error('The Google sandbox failed:', error);
    return reply.code(statusCode).send(describeFailure(statusCode).body);
  });
  app.setNotFoundHandler((_request, reply) => {
    const page = '<!DOCTYPE html>\n<html lang=en><title>Error 404 (Not Found)!!1</title></html>\n';
    return reply.code(404).type('text/html; charset=UTF-8').send(page);
  });
}
