import { z } from 'zod';
import type { WriteOutcome } from '../contract.js';
import { convertPerson, namePattern, underName } from './convert.js';
import { unreadable } from './errors.js';

const named = z.object({ resourceName: z.string().regex(namePattern) });

/** Written, or found as if: with the record as a pull would read it; null where a pull could not take it. */
export function doneWith(id: string, person: unknown, requested?: string): WriteOutcome {
  const { data } = named.safeParse(person);
  if (!data) throw unreadable('a contact without its name');
  const outcome = convertPerson(person);
  const told = requested === undefined ? outcome : underName(requested, outcome);
  const record = 'record' in told ? told.record : null;
  const [url, at] = [record?.url ?? null, record?.updatedAt ?? null];
  return { id, kind: 'DONE', externalId: data.resourceName, url, at, record };
}
