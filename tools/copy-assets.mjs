/** What the build needs beside compiled code: the sandbox's API documents. */
import { cpSync } from 'node:fs';

cpSync('src/sandbox/hubspot/openapi', 'dist/sandbox/hubspot/openapi', { recursive: true });
