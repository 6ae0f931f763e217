import { AppError } from '../../domain/index.js';

/**
 * A command that ioredis holds back while it reconnects must not hold the caller back.
 *
 * @throws AppError UNAVAILABLE (backoff) when Redis does not answer within `answerMs`.
 */
export async function answered<T>(command: () => Promise<T>, answerMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer from Redis within ${answerMs} ms`)), answerMs);
  });
  try {
    return await Promise.race([command(), late]);
  } catch (cause) {
    throw new AppError('UNAVAILABLE', 'The budget of CRM calls cannot be asked; trying again soon.', {
      retry: 'backoff',
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}
