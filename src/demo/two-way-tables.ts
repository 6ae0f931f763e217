import Table from 'cli-table3';
import type { OpenConflictsQuery, RunChangesQuery } from './gql/graphql.js';

type Conflict = OpenConflictsQuery['conflicts']['nodes'][number];
type Change = NonNullable<RunChangesQuery['syncRun']>['changes']['nodes'][number];

const widestLine = 96;

/** A value as it is read; none is a dash. */
export function quote(value: string | null | undefined): string {
  return value ? `"${value}"` : '–';
}

export function drawConflict({ contact, field, baseValue, localValue, remoteValue }: Conflict): string {
  const values = [baseValue, localValue, remoteValue].map((it) => it ?? '–');
  return draw(
    ['Contact', 'Field', 'Before', 'Here', 'In HubSpot'],
    [[contact.displayName, field, ...values]],
  );
}

/** A row per field of these contacts. */
export function drawChanges(
  changes: readonly Change[],
  contacts: readonly { readonly id: string; readonly displayName: string }[],
): string {
  const rows = contacts.flatMap(({ id, displayName }) => {
    const own = changes.filter(({ contactId }) => contactId === id);
    return own.flatMap(({ platform, fields }) => {
      const where = platform ? 'in the CRM' : 'here';
      return fields.map(({ field, before, after }) => [
        displayName,
        where,
        field,
        before ?? '–',
        after ?? '–',
      ]);
    });
  });
  return draw(['Contact', 'Where', 'Field', 'Before', 'After'], rows);
}

/** Text in lines of a readable length, each behind the same margin. */
export function fold(text: string, margin: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last !== '' && last.length + word.length >= widestLine) lines.push(word);
    else lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
  }
  return lines.map((line) => margin + line).join('\n');
}

function draw(head: string[], rows: readonly string[][]): string {
  const table = new Table({ head, style: { head: [], border: [], compact: true } });
  table.push(...rows);
  return table.toString();
}
