/** `npm run bench:merge`: the three-way merge of 100,000 contacts, against copying their fields one by one. */
import {
  type ContactField,
  type ContactValues,
  contactFields,
  emptyValues,
  mergeValues,
} from '../src/domain/index.js';
import { median, report } from './stack.js';

const contacts = 100_000;
const rounds = 7;
const names = contactFields.map(({ name }) => name);

interface Sides {
  readonly base: ContactValues;
  readonly local: ContactValues;
  readonly remote: ContactValues;
}

/** A third of the fields unchanged, the others changed here, there, or on both sides. */
const all: Sides[] = Array.from({ length: contacts }, (_, n) => {
  const base: Record<ContactField, string | null> = { ...emptyValues };
  const local = { ...base };
  const remote = { ...base };
  for (const [at, name] of names.entries()) {
    const change = (n * 7 + at) % 6;
    base[name] = `${name} ${n}`;
    local[name] = change === 1 || change === 3 ? `${name} ${n} here` : base[name];
    remote[name] = change === 2 || change === 3 ? `${name} ${n} there` : base[name];
  }
  return { base, local, remote };
});

function rate(work: (sides: Sides) => ContactValues): number {
  const start = performance.now();
  let kept = 0;
  for (const sides of all) kept += work(sides).title === null ? 0 : 1;
  if (kept !== contacts) throw new Error('a merge has lost a value');
  return (contacts * names.length) / ((performance.now() - start) / 1_000);
}

function copy({ local }: Sides): ContactValues {
  const values: Record<ContactField, string | null> = { ...emptyValues };
  for (const name of names) values[name] = local[name];
  return values;
}

const merges: number[] = [];
const copies: number[] = [];
for (let round = 0; round <= rounds; round += 1) {
  const merged = rate(({ base, local, remote }) => mergeValues(base, local, remote, () => 'LOCAL').values);
  const copied = rate(copy);
  if (round === 0) continue; // warms up
  merges.push(merged);
  copies.push(copied);
}
report({ name: 'fields copied', value: median(copies), unit: 'fields/s', runs: copies });
report({
  name: 'fields merged of 100,000 contacts',
  value: median(merges),
  unit: 'fields/s',
  baseline: 'fields copied',
  ratio: median(merges) / median(copies),
  target: '>= 200,000 fields/s',
  runs: merges,
});
