/** `npm run token -- --user alice [--hours 12]`: prints a token for local use. */
import { parseArgs } from 'node:util';
import { signLocalToken } from './api/index.js';
import { loadConfig } from './config/index.js';
import { readOrCreateSecret } from './runtime/index.js';

const usage = 'Usage: npm run token -- --user <name> [--hours <number>]';

/** @throws Error with one line for whoever typed the command */
async function createToken(args: string[]): Promise<string> {
  const { user, hours } = readArguments(args);
  const { auth, dataDir } = loadConfig(process.env);
  if (auth.jwksUrl !== undefined) {
    throw new Error('AUTH_JWKS_URL is set: tokens come from that identity provider, none can be made here.');
  }
  const secret = auth.jwtSecret ?? readOrCreateSecret(dataDir, 'auth-jwt-secret', 32);
  return await signLocalToken(secret, user, Math.round(hours * 3_600), auth);
}

function readArguments(args: string[]): { user: string; hours: number } {
  const options = { user: { type: 'string' }, hours: { type: 'string', default: '12' } } as const;
  const { values } = readOrExplain(() => parseArgs({ args, options }));
  const hours = Number(values.hours);
  if (!values.user || values.user.length > 255 || !(hours > 0 && hours <= 87_600)) throw new Error(usage);
  return { user: values.user, hours };
}

function readOrExplain<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

try {
  console.log(await createToken(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof Error)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
