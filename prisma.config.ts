import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';

// The CLI reads this after loading the config: a WASM engine from npm instead of a download of the native one.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(
  new URL('./tools/schema-engine.mjs', import.meta.url),
);

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: {
    url: process.env.DATABASE_URL ?? 'postgresql://localhost/unset',
    shadowDatabaseUrl: process.env.SHADOW_DATABASE_URL,
  },
});
