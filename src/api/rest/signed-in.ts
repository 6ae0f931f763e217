import type { FastifyReply, FastifyRequest } from 'fastify';
import type { UserId } from '../../commands/index.js';
import { AppError, type ErrorCode } from '../../domain/index.js';
import { readBearer } from '../authenticate.js';
import { toPublicError } from '../errors.js';
import type { SignIn } from '../sign-in.js';

/** HTTP statuses of refusals; all others are bugs. */
const statuses: Partial<Record<ErrorCode, number>> = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNAVAILABLE: 503,
};

/** For whom a request outside of GraphQL acts. @throws AppError UNAUTHENTICATED or UNAVAILABLE */
export async function signInRequest(signIn: SignIn, request: FastifyRequest): Promise<UserId> {
  const { userId } = await signIn(readBearer(request.headers.authorization));
  request.scope.userId = userId;
  return userId;
}

/** A refusal in the shape of all errors; `more` stands beside the error. */
export function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
  { status, more }: { status?: number; more?: object } = {},
): FastifyReply {
  const code = error instanceof AppError ? error.code : 'INTERNAL';
  if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', 'Bearer');
  const body = { errors: [toPublicError(error, request.scope)], ...more };
  return reply.code(status ?? statuses[code] ?? 500).send(body);
}
