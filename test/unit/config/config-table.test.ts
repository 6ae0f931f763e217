import { expect, it } from 'vitest';
import { createConfigTable } from '../../../src/config/index.js';
import { variables } from '../../../src/config/variables.js';

const rows = createConfigTable()
  .trim()
  .split('\n')
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

it('has a row of three cells for every variable, each with a description', () => {
  expect(rows.slice(2).map((cells) => cells[0])).toEqual(Object.keys(variables).map((name) => `\`${name}\``));
  expect(rows.every((cells) => cells.length === 3 && cells.every((cell) => cell !== ''))).toBe(true);
});

it.each([
  ['PORT', '`4000`'],
  ['PUBLIC_URL', '`http://localhost:PORT`'],
  ['HUBSPOT_CLIENT_ID', '–'],
])('shows the default of %s', (name, shown) => {
  expect(rows.find((cells) => cells[0] === `\`${name}\``)?.[1]).toBe(shown);
});
