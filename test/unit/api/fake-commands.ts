import { vi } from 'vitest';
import type { Commands, Conflict } from '../../../src/commands/index.js';
import type {
  Contact,
  ContactChange,
  Integration,
  Platform,
  SyncProgress,
  SyncRun,
} from '../../../src/domain/index.js';

const at = new Date('2025-03-04T05:06:07.000Z');

export function fakeContact(id: string, values: Partial<Contact> = {}): Contact {
  return {
    id,
    displayName: `Contact ${id}`,
    firstName: null,
    lastName: null,
    email: 'not really an address',
    phone: null,
    company: null,
    title: null,
    source: 'HUBSPOT',
    createdAt: at,
    updatedAt: at,
    ...values,
  };
}

export function fakeIntegration(platform: Platform = 'HUBSPOT'): Integration {
  return {
    id: `integration-${platform}`,
    platform,
    state: 'CONNECTED',
    stateReason: null,
    accountId: '42',
    accountName: 'Acme',
    scopes: ['crm.objects.contacts.read'],
    connectedAt: at,
    tokenExpiresAt: at,
    lastSyncedAt: null,
    nextSyncAt: null,
    settings: {
      syncEveryMinutes: 15,
      direction: 'PULL',
      conflictPolicy: 'NEWEST_WINS',
      massDeleteLimit: 0.2,
      salesforceObjects: ['Contact'],
    },
  };
}

export function fakeRun(id: string, values: Partial<SyncRun> = {}): SyncRun {
  return {
    id,
    platform: 'HUBSPOT',
    direction: 'PULL',
    mode: 'FULL',
    trigger: 'USER',
    purpose: 'SYNC',
    ofRunId: null,
    brake: null,
    apiCalls: 0,
    dryRun: false,
    status: 'RUNNING',
    phase: 'PULLING',
    sequence: 3,
    processed: 25,
    created: 20,
    updated: 5,
    unchanged: 0,
    deleted: 0,
    failed: 0,
    conflicts: 0,
    total: 100,
    waitingFor: null,
    goesOnAt: null,
    error: null,
    verification: null,
    queuedAt: at,
    startedAt: at,
    finishedAt: null,
    updatedAt: at,
    ...values,
  };
}

export function fakeChange(id: string, values: Partial<ContactChange> = {}): ContactChange {
  return {
    id,
    contactId: 'a',
    kind: 'UPDATED',
    source: 'HUBSPOT',
    platform: null,
    syncRunId: 'r',
    at,
    changedAt: null,
    isDone: true,
    fields: [{ field: 'title', before: null, after: 'CEO' }],
    ...values,
  };
}

export function fakeConflict(id: string, contactId: string): Conflict {
  return {
    id,
    contactId,
    platform: 'GOOGLE',
    field: 'title',
    localValue: 'CEO',
    remoteValue: 'CFO',
    baseValue: null,
    detectedAt: at,
  };
}

export function fakeProgress(sequence: number, values: Partial<SyncProgress> = {}): SyncProgress {
  const { total, ...run } = fakeRun('run');
  const { processed, created, updated, unchanged, deleted, failed, conflicts } = run;
  const counts = { processed, created, updated, unchanged, deleted, failed, conflicts };
  return {
    syncRunId: run.id,
    platform: run.platform,
    sequence,
    status: run.status,
    phase: run.phase,
    total,
    fraction: 0.25,
    estimatedFinishAt: null,
    waitingFor: null,
    goesOnAt: null,
    at,
    ...counts,
    ...values,
  };
}

/** A desk that signs everybody in and knows nothing else; what a test needs, it hands in. */
export function fakeCommands(behaviour: Partial<Commands> = {}): Commands {
  const signIn = vi.fn(async (subject: string) => `user-of-${subject}`);
  const known: Partial<Commands> = { signIn, ...behaviour };
  return new Proxy(known as Commands, {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || name === 'then') return Reflect.get(target, name);
      return () => {
        throw new Error(`The test did not expect ${name}()`);
      };
    },
  });
}

/** A stream that a test feeds, and that remembers whether its reader said that it left. */
export class FakeStream<T> implements AsyncIterableIterator<T> {
  returned = false;
  private readonly waiting: ((result: IteratorResult<T>) => void)[] = [];
  private readonly ready: (IteratorResult<T> | Error)[] = [];
  private readonly onReturn: (() => void)[] = [];

  push(value: T): void {
    this.settle({ value, done: false });
  }

  end(): void {
    this.settle({ value: undefined, done: true });
  }

  fail(error: Error): void {
    this.ready.push(error);
  }

  /** Resolves once the reader has said that it left. */
  untilReturned(): Promise<void> {
    return this.returned ? Promise.resolve() : new Promise((resolve) => this.onReturn.push(resolve));
  }

  async next(): Promise<IteratorResult<T>> {
    const result = this.ready.shift();
    if (result instanceof Error) throw result;
    return result ?? new Promise((resolve) => this.waiting.push(resolve));
  }

  async return(): Promise<IteratorResult<T>> {
    this.returned = true;
    for (const resolve of this.waiting.splice(0)) resolve({ value: undefined, done: true });
    for (const resolve of this.onReturn.splice(0)) resolve();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private settle(result: IteratorResult<T>): void {
    const resolve = this.waiting.shift();
    if (resolve) resolve(result);
    else this.ready.push(result);
  }
}
