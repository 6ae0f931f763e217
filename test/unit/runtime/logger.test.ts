import { describe, expect, it } from 'vitest';
import { createLogger, hideSecretsInText } from '../../../src/runtime/index.js';

function capture(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger({ level: 'info', to: { write: (line: string) => void lines.push(line) } }));
  return lines.join('');
}

const KEYS = [
  'authorization',
  'access_token',
  'refreshToken',
  'code',
  'client_secret',
  'clientSecret',
  'password',
  'cookie',
];

describe('the logger', () => {
  it.each(KEYS)('hides %s at depths 0 to 3', (key) => {
    const secret = { [key]: 'zq-secret' };
    const line = capture((log) =>
      log.info({ ...secret, a: { ...secret, b: { ...secret, c: secret } } }, 'hello'),
    );
    expect(line).toContain('hello');
    expect(line).not.toContain('zq-secret');
    expect(line.split('[redacted]')).toHaveLength(5);
  });

  it('hides secrets of request headers and of child loggers', () => {
    const line = capture((log) =>
      log
        .child({ token: { access_token: 'zq-1' } })
        .info({ req: { headers: { authorization: 'Bearer zq-2' } } }),
    );
    expect(line).not.toContain('zq-');
  });

  it.each(['ECONNREFUSED', 'ERR_HTTP2_ERROR', 'NOT_FOUND', '23505', 'P2002', 130])(
    "keeps an error's code %s, which tells errors apart",
    (code) => {
      const err = Object.assign(new Error('refused'), { code });
      expect(capture((log) => log.error({ err }))).toContain(`"code":${JSON.stringify(code)}`);
    },
  );

  it.each(['4/0AQlEd8xZ', 'e5a1c9f2-9b1e-4f6c-8d43-1f0c1d0e7a11', 'na1-9b1e-4f6c', 'aPrxZQ=='])(
    'hides an OAuth code such as %s',
    (code) => {
      expect(capture((log) => log.info({ req: { query: { code } } }))).not.toContain(code);
    },
  );

  it('hides credentials in the text of messages, fields and errors, and the line stays JSON', () => {
    const url = 'postgresql://user:zq-pass@db:5432/crm';
    const line = capture((log) => log.error({ url, err: new Error(`cannot reach ${url}`) }, `at ${url}`));
    expect(line).not.toContain('zq-pass');
    expect(JSON.parse(line)).toMatchObject({ msg: 'at postgresql://[redacted]@db:5432/crm' });
  });
});

describe('hidden in text', () => {
  it.each([
    ['https://a.example/cb?code=zq&state=1', 'https://a.example/cb?code=[redacted]&state=1'],
    ['GET /x?state=1&access_token=zq', 'GET /x?state=1&access_token=[redacted]'],
    ['redis://:zq@host', 'redis://[redacted]@host'],
    ['Authorization: Bearer zqzqzqzqzqzqzq.zq', 'Authorization: Bearer [redacted]'],
    ['mail to a@b.example about https://a.example/?q=1', 'mail to a@b.example about https://a.example/?q=1'],
  ])('%s', (text, hidden) => {
    expect(hideSecretsInText(text)).toBe(hidden);
  });
});
