import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  ControlInputError,
  DEFAULT_ACCOUNT,
  readAccount,
  readCount,
  readFlag,
  readObject,
  refuseUnknown,
} from '../control/control-input.js';
import { identifyUser } from './identity.js';
import type { Org, OrgBook } from './orgs.js';
import { isDeleted, type Row } from './records/row.js';
import type { Author, RowChange } from './records/row-change.js';
import { changeRecord, drawLive, readObjectName } from './touch-records.js';

type Body = Record<string, unknown>;

/** Transactions that are to land later, by org. */
type Held = Map<Org, { readonly changes: RowChange[]; readonly author: Author }[]>;

/** Path of these calls below the control API's own. */
export const SALESFORCE_CONTROL = '/salesforce';

/**
 * What only Salesforce has, below `/__control/salesforce`. Each call means one account (`demo` when none is
 * named) and Contacts, unless `"object": "Lead"`.
 */
export function registerSalesforceControl(app: FastifyInstance, orgs: OrgBook): void {
  const held: Held = new Map();
  const post = (name: string, known: readonly string[], act: (org: Org, body: Body) => object): void => {
    app.post(`${SALESFORCE_CONTROL}/${name}`, (request) => {
      const body = readObject(request.body);
      refuseUnknown(body, known);
      return act(readOrg(orgs, request), body);
    });
  };
  registerSettings(app, orgs);
  registerUsage(app, orgs);
  post('touch', ['object', 'count'], touch);
  post('purge', ['object'], purge);
  post('undelete', ['object', 'count'], undelete);
  post('convert', ['count'], convertLeads);
  post('late', ['object', 'count', 'delayMs'], (org, body) => holdChanges(held, org, body));
  post('commit', [], (org) => landChanges(held, org));
  // The next writes of records find them locked by somebody else.
  post('locks', ['times'], (org, body) => {
    org.lockFaults.left = readCount(body, 'times', 1);
    return org.lockFaults;
  });
  post('jobs', ['state', 'times'], planJobs);
  app.delete(`${SALESFORCE_CONTROL}/jobs`, (request) => {
    readOrg(orgs, request).jobs.clear();
    return {};
  });
  app.delete(`${SALESFORCE_CONTROL}/locators`, (request) => {
    readOrg(orgs, request).queries.expire();
    return {};
  });
}

function registerSettings(app: FastifyInstance, orgs: OrgBook): void {
  app.get(`${SALESFORCE_CONTROL}/settings`, (request) => readOrg(orgs, request).settings);
  app.put(`${SALESFORCE_CONTROL}/settings`, (request) => {
    const body = readObject(request.body);
    refuseUnknown(body, ['instanceUrl', 'duplicateRule', 'changeDataCapture']);
    const { settings } = readOrg(orgs, request);
    const { instanceUrl } = body;
    if (instanceUrl !== undefined && instanceUrl !== null && typeof instanceUrl !== 'string') {
      throw new ControlInputError('instanceUrl must be a text, or null for the true one.');
    }
    if (instanceUrl !== undefined) settings.instanceUrl = instanceUrl;
    settings.duplicateRule = readFlag(body, 'duplicateRule') ?? settings.duplicateRule;
    settings.changeDataCapture = readFlag(body, 'changeDataCapture') ?? settings.changeDataCapture;
    return settings;
  });
}

/** The used requests of the last 24 hours: told, set as if other software had used them, or cleared. */
function registerUsage(app: FastifyInstance, orgs: OrgBook): void {
  const show = (org: Org) => ({ used: org.usage.count(Date.now()) });
  app.get(`${SALESFORCE_CONTROL}/usage`, (request) => show(readOrg(orgs, request)));
  app.put(`${SALESFORCE_CONTROL}/usage`, (request) => {
    const body = readObject(request.body);
    refuseUnknown(body, ['used']);
    const org = readOrg(orgs, request);
    org.usage.set(readCount(body, 'used', 0), Date.now());
    return show(org);
  });
  app.delete(`${SALESFORCE_CONTROL}/usage`, (request) => {
    const org = readOrg(orgs, request);
    org.usage.set(0, Date.now());
    return show(org);
  });
}

/** The org that a control request means. */
export function readOrg(orgs: OrgBook, request: FastifyRequest): Org {
  return orgs.get(readAccount(request.query, request.body) ?? DEFAULT_ACCOUNT);
}

/** The org's first user, at work in the browser now. */
export function ownerAuthor(org: Org): Author {
  return { userId: identifyUser(org.name, org.name).userId, origin: '', at: Date.now() };
}

/** The next Bulk jobs end badly. */
function planJobs(org: Org, body: Body): object {
  const { state } = body;
  if (state !== 'Failed' && state !== 'Aborted') {
    throw new ControlInputError('state must be "Failed" or "Aborted".');
  }
  org.jobs.plan(state, readCount(body, 'times', 1, 1));
  return { state };
}

/** SystemModstamp moves, LastModifiedDate does not. */
function touch(org: Org, body: Body): object {
  const rows = drawLive(org, readObjectName(body.object), readCount(body, 'count', 1));
  const transaction = org.store.begin(ownerAuthor(org));
  return { touched: rows.map((it) => transaction.touch(it).id) };
}

/** Deleted records are gone for good, even for queryAll. */
function purge(org: Org, body: Body): object {
  const rows = [...org.store.rows(readObjectName(body.object))].filter(isDeleted);
  for (const row of rows) org.store.drop(row);
  return { purged: rows.map((it) => it.id) };
}

function undelete(org: Org, body: Body): object {
  const deleted = [...org.store.rows(readObjectName(body.object))].filter(isDeleted);
  const transaction = org.store.begin(ownerAuthor(org));
  const rows = deleted.slice(0, readCount(body, 'count', 1)).map((it) => transaction.undelete(it));
  transaction.commit();
  return { undeleted: rows.map((it) => it.id) };
}

/** Leads become Contacts: the Lead stays, converted, and names the Contact. */
function convertLeads(org: Org, body: Body): object {
  const rows = drawLive(org, 'Lead', readCount(body, 'count', 1)).filter(
    (it) => it.values.IsConverted !== true,
  );
  const transaction = org.store.begin(ownerAuthor(org));
  const converted = rows.map((lead: Row) => {
    const { FirstName, LastName, Email, Phone, MobilePhone, Title, Company } = lead.values;
    const account = transaction.create('Account', { Name: Company ?? null });
    const person = { FirstName, LastName, Email, Phone, MobilePhone, Title };
    const set = Object.entries(person).map(([name, value]) => [name, value ?? null] as const);
    const contact = transaction.create('Contact', { ...Object.fromEntries(set), AccountId: account.id });
    transaction.update(lead, {
      IsConverted: true,
      Status: 'Closed - Converted',
      ConvertedDate: new Date().toISOString().slice(0, 10),
      ConvertedAccountId: account.id,
      ConvertedContactId: contact.id,
    });
    return { lead: lead.id, contact: contact.id };
  });
  transaction.commit();
  return { converted };
}

/**
 * Changes records in a transaction that is not seen yet: it lands after `delayMs`, or with `commit`, and bears
 * the moments of now. Meanwhile the records are locked.
 */
function holdChanges(held: Held, org: Org, body: Body): object {
  const rows = drawLive(org, readObjectName(body.object), readCount(body, 'count', 1));
  const delayMs = body.delayMs === undefined ? undefined : readCount(body, 'delayMs', 0);
  const author = ownerAuthor(org);
  const transaction = org.store.begin(author);
  for (const row of rows) changeRecord(org, transaction, row);
  const changes = transaction.rollBack();
  org.store.hold(changes);
  if (delayMs !== undefined) setTimeout(() => org.store.land(changes, author), delayMs).unref();
  else held.set(org, [...(held.get(org) ?? []), { changes, author }]);
  return { held: changes.map((it) => it.after.id) };
}

function landChanges(held: Held, org: Org): object {
  const waiting = held.get(org) ?? [];
  held.delete(org);
  for (const { changes, author } of waiting) org.store.land(changes, author);
  return { landed: waiting.flatMap(({ changes }) => changes.map((it) => it.after.id)) };
}
