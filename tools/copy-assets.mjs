/** What the build needs beside compiled code: the sandbox's API documents. */
import { cpSync } from 'node:fs';

for (const folder of ['hubspot/openapi', 'google/discovery']) {
  cpSync(`src/sandbox/${folder}`, `dist/sandbox/${folder}`, { recursive: true });
}
