import { describe, expect, it } from 'vitest';
import { GrantBook } from '../../../src/sandbox/hubspot/oauth/grant-book.js';
import { APP_SCOPES } from '../../../src/sandbox/hubspot/oauth/scopes.js';
import { openToken, sealToken, type TokenClaims } from '../../../src/sandbox/hubspot/oauth/token-seal.js';

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
  it('is not needed to remember tokens: another one with the same secret knows them', () => {
    const issue = (book: GrantBook) =>
      book.exchangeCode(
        book.issueCode({ account: 'demo', redirectUri: 'http://localhost/', scopes: ['oauth'] }),
        'http://localhost/',
        undefined,
      );
    const pair = issue(new GrantBook('secret', () => 60));
    const restarted = new GrantBook('secret', () => 60);
    expect(restarted.checkAccess(pair.accessToken, Date.now()).account).toBe('demo');
    expect(restarted.refresh(pair.refreshToken).refreshToken).toBe(pair.refreshToken);
  });
});
