import type { TestProject } from 'vitest/node';
import { openTestServices, type TestServices } from './test-services.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL server of this run; its database is for administration only. */
    postgresUrl: string;
    /** A database with all migrations, which each test file's own database is cloned from. */
    templateDatabase: string;
    /** The Redis of this run, for tests that neither flush nor count. */
    redisUrl: string;
  }
}

interface Shared {
  users: number;
  services?: Promise<TestServices>;
}

const SHARED = Symbol.for('crm-sync.test-services');

/** Each project loads its own copy of this module; the services are one for all of them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const holder = globalThis as { [SHARED]?: Shared };
  holder[SHARED] ??= { users: 0 };
  const shared = holder[SHARED];
  shared.users++;
  shared.services ??= openTestServices();
  const services = await shared.services;
  project.provide('postgresUrl', services.postgresUrl);
  project.provide('templateDatabase', services.templateDatabase);
  project.provide('redisUrl', services.redisUrl);
  return async () => {
    if (--shared.users > 0) return;
    shared.services = undefined;
    await services.close();
  };
}
