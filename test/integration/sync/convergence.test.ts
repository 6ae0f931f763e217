import fc from 'fast-check';
import { beforeAll, describe, it } from 'vitest';
import { openMemoryUsers } from '../../support/memory-user.js';
import { play } from './histories/play.js';
import { expectIdle } from './histories/rest.js';
import { describeHistory, historyOf, type Step } from './histories/steps.js';
import { World } from './histories/world.js';

/** Histories; with FAST_CHECK_RUNS in the environment as many as that, and FAST_CHECK_SEED plays those of one seed. */
const numRuns = Number(process.env.FAST_CHECK_RUNS ?? 50);
const seed = process.env.FAST_CHECK_SEED;
/** They are played side by side, for each of them mostly waits for the database. */
const lanes = seed === undefined ? [1, 2, 3, 4] : [1];
const runsOfLane = Math.ceil(numRuns / lanes.length);
const idleRounds = 5;

let open: Awaited<ReturnType<typeof openMemoryUsers>>;

beforeAll(async () => {
  open = await openMemoryUsers();
});

describe('three CRMs and edits here, with crashes, repetitions and reordering', () => {
  it.concurrent.each(lanes)(
    'come to rest with the same values everywhere, nothing lost, nothing twice, and no echo (%i)',
    async () => {
      const property = fc.asyncProperty(historyOf, async (history) => {
        const world = await World.open(open);
        await play(world, history);
        await expectIdle(world, idleRounds);
      });
      const settings = { numRuns: runsOfLane, asyncReporter: report };
      await fc.assert(property, seed === undefined ? settings : { ...settings, seed: Number(seed) });
    },
    60_000 + numRuns * 10_000,
  );
});

/** The history in words, made as short as it still fails. */
async function report({
  failed,
  seed,
  counterexamplePath,
  counterexample,
  errorInstance,
}: fc.RunDetails<[Step[]]>) {
  if (!failed || !counterexample) return;
  const words = `FAST_CHECK_SEED=${seed} (path ${counterexamplePath}) fails with this history:`;
  throw new Error(`${words}\n${describeHistory(counterexample[0])}\n${errorInstance}`, {
    cause: errorInstance,
  });
}
