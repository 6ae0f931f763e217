import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

const SECRET_KEYS = [
  'authorization',
  'Authorization',
  'access_token',
  'accessToken',
  'refresh_token',
  'refreshToken',
  'client_secret',
  'clientSecret',
  'code',
  'cookie',
  'password',
  'secret',
];

/** Literal paths first: under a wildcard the censor is not told the parent's name. */
const SECRET_PATHS = ['err.', 'error.', '', '*.', '*.*.', '*.*.*.'].flatMap((depth) =>
  SECRET_KEYS.map((key) => depth + key),
);

const CENSORED = '[redacted]';

/**
 * A JSON logger to stderr: stdout is kept for the line that says where the program listens.
 * Secrets are removed by the name of their key (to the fourth level), and from URLs and headers in any text.
 */
export function createLogger(options: { level: string; name?: string; to?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      name: options.name,
      redact: { paths: SECRET_PATHS, censor },
      hooks: { streamWrite: hideSecretsInText },
    },
    // Synchronous, or the last lines before a crash would be lost.
    options.to ?? pino.destination({ dest: 2, sync: true }),
  );
}

/** Removes what a reader could use: user information in URLs, secret query parameters, credentials of headers. */
export function hideSecretsInText(text: string): string {
  return text
    .replace(/:\/\/[^\s"'\\/?#]+@/g, `://${CENSORED}@`)
    .replace(
      /([?&](?:access_token|refresh_token|client_secret|code|token|password|secret)=)[^&\s"'\\#]+/gi,
      `$1${CENSORED}`,
    )
    .replace(/\b(Bearer|Basic)(\s+)[A-Za-z0-9._~+/=-]{12,}/gi, `$1$2${CENSORED}`);
}

/** What Node, PostgreSQL, Prisma and we call errors: ECONNREFUSED, ERR_HTTP2_ERROR, 23505, P2002. */
const ERROR_CODE = /^(ERR_[A-Z0-9_]+|[A-Z]+(_[A-Z]+)*|[0-9A-Z]{5})$/;

/** `code` is a secret in an OAuth callback, but in an error it is what tells errors apart. */
function censor(value: unknown, path: readonly unknown[]): unknown {
  if (path.at(-1) !== 'code') return CENSORED;
  const isErrorCode = typeof value === 'number' || (typeof value === 'string' && ERROR_CODE.test(value));
  return isErrorCode ? value : CENSORED;
}
