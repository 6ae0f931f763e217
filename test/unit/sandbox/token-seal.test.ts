import { describe, expect, it } from 'vitest';
import { GrantBook } from '../../../src/sandbox/hubspot/oauth/grant-book.js';
import { APP_SCOPES } from '../../../src/sandbox/hubspot/oauth/scopes.js';
import { openToken, sealToken } from '../../../src/sandbox/hubspot/oauth/token-seal.js';
import type { TokenClaims } from '../../../src/sandbox/oauth/token-seal.js';

const CLAIMS: TokenClaims = {
  kind: 'access',
  account: 'a.b+c@x',
  grant: 'g1',
  issuedAt: 1_790_000_000_000,
  expiresAt: 1_790_000_001_000,
  scopes: ['oauth', 'crm.objects.contacts.read'],
  serial: 's1',
};

describe('sealToken', () => {
  it('carries its claims and fits in 300 characters', () => {
    const token = sealToken(CLAIMS, 'secret');
    expect(openToken(token, 'access', 'secret')).toEqual(CLAIMS);
    const largest = sealToken({ ...CLAIMS, account: 'X'.repeat(64), scopes: [...APP_SCOPES] }, 'secret');
    expect(largest.length).toBeLessThanOrEqual(300);
  });

  it('opens only with its own secret, kind and text', () => {
    const token = sealToken(CLAIMS, 'secret');
    expect(openToken(token, 'access', 'other')).toBeUndefined();
    expect(openToken(token, 'refresh', 'secret')).toBeUndefined();
    expect(openToken(`${token}x`, 'access', 'secret')).toBeUndefined();
    expect(openToken(`CNx${token.slice(3)}`, 'access', 'secret')).toBeUndefined();
    expect(openToken('', 'access', 'secret')).toBeUndefined();
  });
});

describe('GrantBook', () => {
  const issueCode = (book: GrantBook, account: string) =>
    book.codes.issue({ account, redirectUri: 'http://localhost/', scopes: ['oauth'] });
  const issue = (book: GrantBook, account = 'demo') =>
    book.exchangeCode(issueCode(book, account), 'http://localhost/', undefined);

  it('is not needed to remember tokens: another one with the same secret knows them', () => {
    const pair = issue(new GrantBook('secret', () => 60));
    const restarted = new GrantBook('secret', () => 60);
    expect(restarted.checkAccess(pair.accessToken, Date.now()).account).toBe('demo');
    expect(restarted.refresh(pair.refreshToken).refreshToken).toBe(pair.refreshToken);
  });

  it('ends what one account has when that uninstalls the app, however quickly grants follow each other', () => {
    const book = new GrantBook('secret', () => 60);
    const other = issue(book, 'other');
    for (let turn = 0; turn < 20; turn++) {
      book.expire('demo', 'access');
      const pair = issue(book);
      const code = issueCode(book, 'demo');
      expect(book.inspect(pair.accessToken)?.isAlive).toBe(true);
      book.uninstall('demo');
      expect(book.inspect(pair.accessToken)?.isAlive).toBe(false);
      expect(book.inspect(pair.refreshToken)?.isAlive).toBe(false);
      expect(() => book.exchangeCode(code, 'http://localhost/', undefined)).toThrow('unknown auth code');
    }
    expect(book.inspect(other.accessToken)?.isAlive).toBe(true);
  });
});
