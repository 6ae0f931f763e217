/** Puts the generated parts into README.md; with --check it only tells (exit code 1) whether the file is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createConfigTable, loadConfig } from '../src/config/index.js';
import { createCapabilityTable, createLocalAllowances, createLocalPermits } from '../src/connectors/index.js';
import { createPlatforms } from '../src/platforms.js';
import { createLogger } from '../src/runtime/index.js';

const file = fileURLToPath(new URL('../README.md', import.meta.url));
// As they are on a machine where nothing is set up; no CRM is asked.
const local = { permits: createLocalPermits(), allowances: createLocalAllowances() };
const connectors = createPlatforms(loadConfig({}), local, createLogger({ level: 'silent' }));
const parts: Record<string, string> = {
  platforms: createCapabilityTable(connectors.values()),
  configuration: createConfigTable(),
};

const before = readFileSync(file, 'utf8');
const after = Object.entries(parts).reduce(replacePart, before);

if (!process.argv.includes('--check')) {
  writeFileSync(file, after);
} else if (after !== before) {
  console.error('README.md is stale: run npm run generate and commit the file.');
  process.exitCode = 1;
}

function replacePart(text: string, [name, part]: [string, string]): string {
  const [start, end] = [`<!-- ${name}: generated -->`, `<!-- end of ${name} -->`];
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`README.md has no part "${name}"`);
  return `${text.slice(0, from + start.length)}\n${part.trim()}\n${text.slice(to)}`;
}
