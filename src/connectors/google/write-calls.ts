import { z } from 'zod';
import type { LimitRule } from '../kit/permits.js';
import type { ApiReply, HttpSession } from '../kit/session.js';
import { sources } from './calls.js';
import { personFields } from './convert.js';
import { unreadable } from './errors.js';
import { within } from './limits.js';
import { isPassing } from './rpc-codes.js';
import type { ContactAnswer } from './send-apart.js';
import { readStatus } from './write-faults.js';

/** The most that one call writes (discovery document, BatchCreateContactsRequest and its like). */
export const mostWritten = 200;
/** The most that one call deletes (reference of people.batchDeleteContacts). */
export const mostDeleted = 500;

/**
 * The calls that writing contacts takes, each counted as one write. Google wants those of one user one after the other.
 * Each throws `Rejected` where Google wrote none.
 */
export interface WriteCalls {
  /** Answers in Google's order, for as many as were sent. */
  create(persons: readonly object[]): Promise<readonly ContactAnswer[]>;
  /** By resource name; the fields of the mask are replaced whole. Answers for each of them. */
  update(
    contacts: Readonly<Record<string, object>>,
    mask: readonly string[],
  ): Promise<ReadonlyMap<string, ContactAnswer>>;
  remove(resourceNames: readonly string[]): Promise<void>;
}

/** What comes back of each: the same as a pull reads. */
const reading = { readMask: personFields, sources: [sources] };

export function createWriteCalls(session: HttpSession, rule: LimitRule, signal: AbortSignal): WriteCalls {
  const post = (method: string, body: object) =>
    session.call(
      { method: 'POST', path: `/v1/people:${method}`, body, priority: 4, ...within(rule) },
      signal,
    );
  return {
    create: async (persons) => {
      const contacts = persons.map((contactPerson) => ({ contactPerson }));
      const created = readCreated(await post('batchCreateContacts', { contacts, ...reading }));
      if (created.length !== persons.length) throw unreadable('an answer for fewer new contacts');
      return created;
    },
    update: async (contacts, mask) => {
      const body = { contacts, updateMask: mask.join(','), ...reading };
      const updated = readUpdated(await post('batchUpdateContacts', body));
      if (Object.keys(contacts).some((name) => !updated.has(name)))
        throw unreadable('an answer for fewer changed contacts');
      return updated;
    },
    remove: async (resourceNames) => void (await post('batchDeleteContacts', { resourceNames })),
  };
}

const response = z.object({ person: z.unknown().optional(), status: z.unknown().optional() });
const createdShape = z.object({ createdPeople: z.array(response) });
const updatedShape = z.object({ updateResult: z.record(z.string(), response) });

function readCreated({ body }: ApiReply): ContactAnswer[] {
  const parsed = createdShape.safeParse(body);
  if (!parsed.success) throw unreadable('an answer about new contacts');
  return parsed.data.createdPeople.map(answerOf);
}

function readUpdated({ body }: ApiReply): ReadonlyMap<string, ContactAnswer> {
  const parsed = updatedShape.safeParse(body);
  if (!parsed.success) throw unreadable('an answer about changed contacts');
  const entries = Object.entries(parsed.data.updateResult);
  return new Map(entries.map(([name, it]) => [name, answerOf(it)]));
}

function answerOf({ person, status: raw }: z.infer<typeof response>): ContactAnswer {
  const status = readStatus(raw);
  if (status && isPassing(status.code)) throw unreadable('errors about contacts');
  if (status) return { status };
  if (person === undefined) throw unreadable('a contact without an answer');
  return { person };
}
