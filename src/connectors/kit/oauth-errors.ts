import { ResponseBodyError } from 'openid-client';
import { AppError, type Platform, platformNames } from '../../domain/index.js';
import { unavailable } from './http.js';

interface Asked {
  readonly platform: Platform;
  readonly deadGrantWords?: readonly string[];
}

/** What an OAuth server's refusal says, whatever shape it came in. */
interface Refusal {
  readonly status: number;
  /** OAuth's `error`, else the platform's own `status` word. */
  readonly words: readonly string[];
}

/** Of an authorization code. */
export async function exchangeFailed(asked: Asked, error: unknown): Promise<AppError> {
  return rejected(asked, error, 'did not accept the sign-in. Start connecting again');
}

export async function revokeFailed(asked: Asked, error: unknown): Promise<AppError> {
  return rejected(asked, error, 'did not end the connection. Remove the app in its own settings');
}

async function rejected(asked: Asked, error: unknown, words: string): Promise<AppError> {
  const refusal = await refusalOf(error);
  if (!refusal || isPassing(refusal)) return notAnswered(asked, error);
  const [word] = refusal.words;
  const reason = word ? ` (${word})` : '';
  const message = `${platformNames[asked.platform]} ${words}${reason}.`;
  return new AppError('CRM_REJECTED', message, { cause: withoutReply(error) });
}

/**
 * Of a refresh token. Only words that call the grant dead end the connection: a wrong client secret, say,
 * is the operator's to mend, and must not make every user connect again.
 */
export async function refreshFailed(asked: Asked, error: unknown): Promise<AppError> {
  if (!(await isAlreadyDead(asked, error))) return notAnswered(asked, error);
  const name = platformNames[asked.platform];
  return new AppError(
    'NEEDS_REAUTHORIZATION',
    `${name} no longer accepts this connection (revoked or expired). Connect ${name} again.`,
    { cause: withoutReply(error) },
  );
}

/** Whether the server said that the grant no longer exists. */
export async function isAlreadyDead({ deadGrantWords = [] }: Asked, error: unknown): Promise<boolean> {
  const refusal = await refusalOf(error);
  if (!refusal || isPassing(refusal)) return false;
  return refusal.words.some((word) => word === 'invalid_grant' || deadGrantWords.includes(word));
}

function isPassing({ status }: Refusal): boolean {
  return status >= 500 || status === 408 || status === 429 || status < 400;
}

function notAnswered({ platform }: Asked, error: unknown): AppError {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof AppError) return cause;
  return unavailable(
    platform,
    `${platformNames[platform]}'s sign-in service did not answer as it should.`,
    withoutReply(error),
  );
}

/** openid-client's errors carry the reply itself, tokens and all: only their words may reach a log. */
function withoutReply(error: unknown): Error {
  return new Error(error instanceof Error ? error.message : 'unknown');
}

/** openid-client gives OAuth's own error bodies as ResponseBodyError; any other reply as an error's cause. */
async function refusalOf(error: unknown): Promise<Refusal | undefined> {
  if (error instanceof ResponseBodyError) {
    return { status: error.status, words: wordsOf([error.error, error.cause.status]) };
  }
  const reply = error instanceof Error ? error.cause : undefined;
  if (!(reply instanceof Response)) return undefined;
  const body = await bodyOf(reply);
  return { status: reply.status, words: wordsOf([body.error, body.status, body.category]) };
}

async function bodyOf(reply: Response): Promise<Record<string, unknown>> {
  const body: unknown = reply.bodyUsed
    ? undefined
    : await reply
        .clone()
        .json()
        .catch(() => undefined);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

/** Only single words: a message from outside could hold anything. */
function wordsOf(values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && /^\w{1,64}$/.test(value));
}
