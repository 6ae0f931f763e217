import type { FastifyInstance } from 'fastify';
import { readCount, readFlag, readObject, refuseUnknown } from '../control/control-input.js';
import type { StreamingBook } from './events/streaming-book.js';
import type { OrgBook } from './orgs.js';
import { ownerAuthor, readOrg, SALESFORCE_CONTROL } from './salesforce-control.js';
import { readObjectName, touchRecords } from './touch-records.js';

/** Control calls about change events, below `/__control/salesforce`. */
export function registerEventControl(app: FastifyInstance, orgs: OrgBook, sessions: StreamingBook): void {
  // The verbs of /__control/contacts, told as gaps; `overflow` tells that nothing could be told.
  app.post(`${SALESFORCE_CONTROL}/gap`, (request) => {
    const org = readOrg(orgs, request);
    const body = readObject(request.body);
    refuseUnknown(body, ['object', 'add', 'change', 'archive', 'merge', 'overflow']);
    const object = readObjectName(body.object);
    const author = ownerAuthor(org);
    if (readFlag(body, 'overflow')) org.changes.overflow(object, author);
    const count = (verb: string) => readCount(body, verb, 0);
    const changes = {
      object,
      add: count('add'),
      change: count('change'),
      archive: count('archive'),
      merge: count('merge'),
      sameMillisecond: 0,
    };
    return org.changes.withGaps(() => touchRecords(org, changes, author.userId));
  });
  // What was retained is gone: replay ids of before are invalid.
  app.delete(`${SALESFORCE_CONTROL}/replay`, (request) => {
    readOrg(orgs, request).changes.expire();
    return {};
  });
  // Streaming clients are forgotten and must shake hands again.
  app.delete(`${SALESFORCE_CONTROL}/streams`, (request) => {
    sessions.closeAll(readOrg(orgs, request));
    return {};
  });
}
