/** Writes schema.graphql; with --check it only tells (exit code 1) whether the committed file is stale. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../src/api/index.js';

const file = fileURLToPath(new URL('../schema.graphql', import.meta.url));
const note = '# Written by tools/emit-schema.ts from the code; not to be edited.\n\n';
const text = `${note}${printSchema(lexicographicSortSchema(createSchema()))}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (text !== readIfPresent(file)) {
  console.error('schema.graphql is stale: run node --import tsx tools/emit-schema.ts and commit the file.');
  process.exitCode = 1;
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
