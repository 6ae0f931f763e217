import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Platform } from '../control/platform.js';
import { type Account, AccountBook } from './accounts.js';
import { ALL_PROPERTIES } from './contact-record.js';
import { registerContacts } from './contact-routes.js';
import { answerFault } from './fault-answers.js';
import { findAccount } from './find-account.js';
import { Gate } from './gate.js';
import { createHubspotLimits, HUBSPOT_LIMITS, type HubspotLimits } from './limits.js';
import { registerAuthorize } from './oauth/authorize-route.js';
import { GrantBook } from './oauth/grant-book.js';
import { type OauthClient, registerTokens } from './oauth/token-routes.js';
import { registerUninstall } from './oauth/uninstall-route.js';
import { OpenApiCheck } from './openapi-check.js';
import { registerProperties } from './property-routes.js';
import { describeRates } from './rate-headers.js';
import { describeFailure, HubspotRefusal } from './replies.js';
import { touchContacts } from './touch-contacts.js';
import { registerWebhookControl } from './webhooks/control.js';
import { describeChange } from './webhooks/events.js';
import { Journal } from './webhooks/journal.js';
import { registerJournal } from './webhooks/journal-routes.js';
import { WebhookSender } from './webhooks/sender.js';

interface HubspotOptions {
  readonly seed: number;
  /** Contacts that an account has when first used. */
  readonly contacts: number;
  readonly client: OauthClient;
}

/** A simulated HubSpot: OAuth, contacts and their properties, with its limits and its errors. */
export function createHubspotPlatform(options: HubspotOptions): Platform {
  const sender = new WebhookSender(options.client.clientSecret);
  const journal = new Journal();
  const accounts = new AccountBook(options.seed, options.contacts, (account, change) => {
    const events = describeChange(account, change);
    sender.push(events);
    journal.push(events);
  });
  const limits = createHubspotLimits();
  const grants = new GrantBook(
    options.client.clientSecret,
    (account) => limits.of(account).accessTokenSeconds,
  );
  return {
    limits,
    register(app, callOf) {
      const gate = new Gate(grants, accounts, limits, callOf);
      readBodies(app);
      answerErrors(app);
      registerAuthorize(app, grants, options.client.clientId);
      // Contacts are made with the grant: the first read need not wait for them.
      registerTokens(app, grants, options.client, (account) => accounts.get(account));
      registerUninstall(app, gate, grants);
      registerContacts(app, { gate, limits, document: new OpenApiCheck('contacts') });
      registerProperties(app, gate, new OpenApiCheck('properties'));
      registerJournal(app, grants, journal);
      app.addHook('onClose', async () => {
        sender.close();
        journal.close();
      });
    },
    registerControl: (app) => registerWebhookControl(app, accounts, sender, journal),
    findAccount: (request) => findAccount(request, grants),
    countContacts: (account) => accounts.get(account).contacts.counts,
    listContacts(account) {
      const { contacts, renderer } = accounts.get(account);
      return [...contacts.all()].map((it) => renderer.render(it, ALL_PROPERTIES));
    },
    touchContacts: (account, changes) => touchContacts(accounts.get(account), changes),
    expireTokens: (account, kind) => grants.expire(account, kind),
    rotateTokens: (account, on) => grants.rotate(account, on),
    answerFault: (status, path, account) =>
      answerFault(status, path, describeSpentRates(limits.of(account), accounts.find(account))),
  };
}

/** The rate headers of an account that has used up its ten seconds; a limit that is off shows its usual value. */
function describeSpentRates(limits: HubspotLimits, account: Account | undefined): Record<string, string> {
  const tenSecondly = limits.tenSecondly ?? HUBSPOT_LIMITS.tenSecondly.default;
  const daily = account?.daily.count(Date.now()) ?? 0;
  return describeRates({ tenSecondly, daily: limits.daily }, { tenSecondly, daily });
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
    if (error instanceof HubspotRefusal) return reply.code(error.status).send(error.body);
    const { statusCode = 500 } = error as { statusCode?: number };
    if (statusCode >= 500) console.error('The HubSpot sandbox failed:', error);
    return reply.code(statusCode).send(describeFailure(statusCode).body);
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).send(describeFailure(404).body));
}
