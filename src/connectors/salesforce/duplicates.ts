import { z } from 'zod';
import type { WriteFault } from '../contract.js';
import type { SaveError } from './write-calls.js';

const duplicates = z.object({
  matchResults: z.array(
    z.object({ matchRecords: z.array(z.object({ record: z.object({ Id: z.string() }) })) }),
  ),
});

/** Its user decides: what the org's rule refuses is never saved against it. */
export function describeDuplicates(error: SaveError): WriteFault {
  const { size } = matchesOf(error);
  const found = size === 1 ? 'a record that looks' : `${size > 1 ? size : 'some'} records that look`;
  return conflict(
    `Salesforce's duplicate rule found ${found} like this one. Merge, convert or correct ${size === 1 ? 'it' : 'them'} there, then sync again.`,
  );
}

/** Of an e-mail that several records have. */
export function severalWithEmail(): WriteFault {
  return conflict('Several records in Salesforce have this e-mail. Merge them there, then sync again.');
}

/** Of a contact that shares its e-mail with another one of the same call, whose record did not come about. */
export function twinNotMade(): WriteFault {
  const { code, message } = conflict(
    'Another contact has this e-mail, and its record was not made in Salesforce. Merge the two, or sync again.',
  );
  return { code, message, retryable: true };
}

function conflict(message: string): WriteFault {
  return { code: 'CONFLICT', message, retryable: false };
}

function matchesOf({ duplicateResut, duplicateResult }: SaveError): ReadonlySet<string> {
  const told = duplicates.safeParse(duplicateResut ?? duplicateResult);
  const matches = told.data?.matchResults.flatMap(({ matchRecords }) => matchRecords) ?? [];
  return new Set(matches.map(({ record }) => record.Id));
}
