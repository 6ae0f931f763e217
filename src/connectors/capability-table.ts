import { platformNames } from '../domain/index.js';
import type { Capabilities, Connector } from './contract.js';

const rows: readonly (readonly [keyof Capabilities, string])[] = [
  ['objects', 'what is synced'],
  ['fullSync', 'everything'],
  ['incrementalSync', 'what changed'],
  ['deletes', 'deletions'],
  ['merges', 'merges'],
  ['writes', 'writes'],
  ['changesWithinSeconds', 'changes within seconds'],
  ['limits', 'limits that are kept'],
];

/** The Markdown table of what each platform supports, as the connectors declare it. */
export function createCapabilityTable(connectors: Iterable<Connector>): string {
  const all = [...connectors];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['', ...all.map(({ platform }) => platformNames[platform])]),
    line(['---', ...all.map(() => '---')]),
    ...rows.map(([name, title]) => line([title, ...all.map(({ capabilities }) => cell(capabilities[name]))])),
    '',
  ].join('\n');
}

function cell(text: string | false): string {
  return text === false ? '–' : text.replaceAll('|', '\\|');
}
