import { describe, expect, it, vi } from 'vitest';
import type { OAuthProvider, Tokens } from '../../../src/connectors/index.js';
import { AppError } from '../../../src/domain/index.js';
import type { Credentials, Store } from '../../../src/store/index.js';
import { createTokenSource } from '../../../src/sync/index.js';

const start = Date.parse('2026-01-01T00:00:00Z');
const minutes = (count: number) => new Date(start + count * 60_000);

/** The credentials row with its lock, as the database keeps it. */
class Row {
  locked = false;
  dead: string | undefined;
  constructor(public value: Credentials | null) {}

  readonly credentials = {
    read: async () => this.value && { ...this.value },
    lockRefresh: async (_user: string, _platform: string, version: number) => {
      if (this.locked || this.value?.version !== version) return false;
      this.locked = true;
      return true;
    },
    replace: async (_user: string, _platform: string, version: number, tokens: Tokens) => {
      if (!this.value || this.value.version !== version) return null;
      const refreshToken = tokens.refreshToken ?? this.value.refreshToken;
      this.value = {
        ...this.value,
        ...tokens,
        refreshToken,
        version: version + 1,
        issuedAt: new Date(start),
      };
      this.locked = false;
      return { platform: 'HUBSPOT' };
    },
    unlockRefresh: async () => {
      this.locked = false;
    },
    markDead: async (_user: string, _platform: string, version: number, reason: string) => {
      if (this.value?.version !== version) return null;
      this.dead = reason;
      this.value = null;
      return { platform: 'HUBSPOT' };
    },
  } as unknown as Store['credentials'];
}

function tokenRow(expiresAt: Date | null): Row {
  return new Row({
    accessToken: 'a1',
    refreshToken: 'r1',
    expiresAt,
    issuedAt: new Date(start),
    version: 1,
    accountId: 'acc',
    apiUrl: null,
  });
}

function sourceOf(row: Row, refresh: OAuthProvider['refresh'], now = start) {
  const onChange = vi.fn(async () => {});
  const deps = {
    store: { credentials: row.credentials },
    oauth: { refresh } as OAuthProvider,
    onChange,
    now: () => now,
  };
  return { source: createTokenSource(deps, 'user', 'HUBSPOT'), onChange };
}

const fresh = (count: number): Tokens => ({
  accessToken: `a${count}`,
  refreshToken: `r${count}`,
  expiresAt: minutes(60),
});

describe('the token source', () => {
  it('gives the stored token while it is good', async () => {
    const refresh = vi.fn();
    expect(await sourceOf(tokenRow(minutes(30)), refresh).source.current()).toBe('a1');
    expect(refresh).not.toHaveBeenCalled();
  });

  it('renews ahead of the end, and keeps whatever refresh token comes back', async () => {
    const row = tokenRow(minutes(30));
    const { source } = sourceOf(row, async () => fresh(2), start + 26 * 60_000);
    expect(await source.current()).toBe('a2');
    expect(row.value).toMatchObject({ refreshToken: 'r2', version: 2 });
  });

  it('keeps the old refresh token when none comes back', async () => {
    const row = tokenRow(minutes(1));
    const { source } = sourceOf(row, async () => ({ ...fresh(2), refreshToken: null }), start + 59_000);
    await source.current();
    expect(row.value).toMatchObject({ refreshToken: 'r1' });
  });

  it('refreshes once, however many ask at once', async () => {
    const row = tokenRow(minutes(30));
    const refresh = vi.fn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return fresh(2);
    });
    const late = start + 29 * 60_000;
    const sources = Array.from({ length: 8 }, () => sourceOf(row, refresh, late).source);
    const tokens = await Promise.all(sources.map((source) => source.current()));
    expect(new Set(tokens)).toEqual(new Set(['a2']));
    expect(refresh).toHaveBeenCalledTimes(1);
  });

  it('after a 401 takes what another process has written meanwhile, without a refresh of its own', async () => {
    const row = tokenRow(minutes(30));
    const refresh = vi.fn();
    const { source } = sourceOf(row, refresh);
    await source.current();
    await row.credentials.replace('user', 'HUBSPOT', 1, fresh(2));
    expect(await source.renew('a1')).toBe('a2');
    expect(refresh).not.toHaveBeenCalled();
  });

  it('a dead grant ends the connection and is told once', async () => {
    const row = tokenRow(minutes(30));
    const dead = new AppError('NEEDS_REAUTHORIZATION', 'Connect HubSpot again.');
    const { source, onChange } = sourceOf(row, () => Promise.reject(dead));
    await expect(source.renew('a1')).rejects.toBe(dead);
    expect(row.dead).toBe('Connect HubSpot again.');
    expect(onChange).toHaveBeenCalledTimes(1);
  });

  it('a dead grant does not count when the user has connected anew meanwhile', async () => {
    const row = tokenRow(minutes(30));
    const { source, onChange } = sourceOf(row, async () => {
      row.value = { ...(row.value as Credentials), accessToken: 'new', version: 7 };
      throw new AppError('NEEDS_REAUTHORIZATION', 'dead');
    });
    expect(await source.renew('a1')).toBe('new');
    expect(onChange).not.toHaveBeenCalled();
  });

  it('frees the lock when the CRM does not answer', async () => {
    const row = tokenRow(minutes(30));
    const down = new AppError('CRM_UNAVAILABLE', 'HubSpot does not answer.', { retry: 'backoff' });
    const { source } = sourceOf(row, () => Promise.reject(down));
    await expect(source.renew('a1')).rejects.toBe(down);
    expect(row.locked).toBe(false);
    expect(row.value).toMatchObject({ version: 1 });
  });
});
