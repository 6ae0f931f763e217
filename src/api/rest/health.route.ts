import type { FastifyInstance } from 'fastify';

/** What the service stands on, each with how it stands: `ok` and `not used` are fine, all else is not. */
export type Readiness = () => Promise<Readonly<Record<string, string>>>;

const fine: ReadonlySet<string> = new Set(['ok', 'not used']);
/** A probe that hangs is a dependency that is down. */
const patienceMs = 5_000;

/** `/healthz`: the process lives. `/readyz`: what it stands on is there, so that requests may come. */
export function addHealthRoutes(app: FastifyInstance, readiness: Readiness): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    const checks = await withinPatience(readiness).catch((err: unknown) => {
      request.scope.log.error({ err }, 'Readiness cannot be told');
      return {};
    });
    const states = Object.values(checks);
    const isReady = states.length > 0 && states.every((state) => fine.has(state));
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', checks });
  });
}

async function withinPatience(readiness: Readiness): ReturnType<Readiness> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${patienceMs} ms`)), patienceMs);
  });
  try {
    return await Promise.race([readiness(), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
