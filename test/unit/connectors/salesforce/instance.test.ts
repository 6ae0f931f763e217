import { describe, expect, it } from 'vitest';
import { checkInstanceUrl } from '../../../../src/connectors/salesforce/instance.js';

const real = { loginUrl: 'https://login.salesforce.com', instanceHosts: ['.salesforce.com', '.force.com'] };
const sandbox = { loginUrl: 'http://127.0.0.1:4102', instanceHosts: ['localhost', '127.0.0.1'] };

describe('the address of an org', () => {
  it.each([
    ['https://acme.my.salesforce.com', 'https://acme.my.salesforce.com'],
    ['https://acme.my.salesforce.com/services/x?y=1', 'https://acme.my.salesforce.com'],
    ['https://ACME.my.Salesforce.com', 'https://acme.my.salesforce.com'],
    ['https://acme--dev.sandbox.my.salesforce.com', 'https://acme--dev.sandbox.my.salesforce.com'],
  ])('%s is one of Salesforce’s', (url, origin) => {
    expect(checkInstanceUrl(url, real)).toBe(origin);
  });

  it.each([
    'http://acme.my.salesforce.com',
    'https://evil.example',
    'https://evil.example/.salesforce.com',
    'https://acme.salesforce.com.evil.example',
    'https://evilsalesforce.com',
    'https://.salesforce.com',
    'https://salesforce.com',
    'https://acme.my.salesforce.com@evil.example',
    'https://user:word@acme.my.salesforce.com',
    'https://acme.lightning.force.com',
    'https://127.0.0.1',
    'http://localhost:4102',
    'javascript:alert(1)',
    'not an address',
    '',
    undefined,
    null,
    7,
  ])('%s gets nothing', (url) => {
    expect(() => checkInstanceUrl(url, real)).toThrow(expect.objectContaining({ code: 'CRM_REJECTED' }));
  });

  it('may be on this machine only where the sign-in is here too and the list names it', () => {
    expect(checkInstanceUrl('http://localhost:4102', sandbox)).toBe('http://localhost:4102');
    for (const url of ['http://[::1]:1', 'http://localhost.evil.example', 'http://10.0.0.1'])
      expect(() => checkInstanceUrl(url, sandbox)).toThrow();
    const https = { ...sandbox, loginUrl: 'https://login.salesforce.com' };
    expect(() => checkInstanceUrl('http://localhost:4102', https)).toThrow();
  });
});
