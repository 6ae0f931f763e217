import { defineConfig } from 'vitest/config';

const setupFiles = ['reflect-metadata', './test/support/close-after-file.ts'];
// type-graphql and the tests must see one copy of graphql, or its instanceof checks fail.
const server = { deps: { inline: ['type-graphql', 'graphql-scalars', '@apollo/server', 'graphql-ws'] } };

/** Tests on real PostgreSQL and Redis, which `global-setup.ts` starts once for all of them. */
function withServices(name: string) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      globalSetup: ['./test/support/global-setup.ts'],
      setupFiles,
      server,
      testTimeout: 60_000,
      hookTimeout: 120_000,
    },
  };
}

export default defineConfig({
  test: {
    maxWorkers: 2,
    teardownTimeout: 60_000,
    projects: [
      {
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], setupFiles, server, testTimeout: 60_000 },
      },
      withServices('integration'),
      withServices('e2e'),
    ],
  },
});
