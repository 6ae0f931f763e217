/** `npm test`: every check in order, the quick ones first; the first failure ends the run. Nothing is skipped. */
import { spawnSync } from 'node:child_process';
import { requireRedisProgram } from './support/redis-program.js';

interface Stage {
  readonly name: string;
  readonly run: () => boolean;
}

const stages: Stage[] = [
  command('Prisma client', 'prisma', 'generate'),
  command('types', 'tsc', '--noEmit', '-p', 'tsconfig.json'),
  command('lint and format', 'biome', 'check', '--error-on-warnings'),
  command('who may import whom', 'depcruise', '--config', '.dependency-cruiser.cjs', 'src'),
  command('dead code', 'knip'),
  script('generated schema', 'check:schema'),
  command('generated types', 'graphql-codegen', '--check'),
  script('generated documents', 'check:docs'),
  { name: 'Redis for the tests', run: hasRedis },
  command('tests', 'vitest', 'run'),
];

for (const stage of stages) {
  console.log(`\n== ${stage.name}`);
  const startedAt = performance.now();
  const isGood = stage.run();
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`== ${stage.name}: ${isGood ? 'ok' : 'FAILED'} (${seconds} s)`);
  if (!isGood) process.exit(1);
}

/** A program of node_modules/.bin; npm puts that folder on the PATH, a direct start does not. */
function command(name: string, program: string, ...args: string[]): Stage {
  return {
    name,
    run: () => spawnSync('npx', ['--no-install', program, ...args], { stdio: 'inherit' }).status === 0,
  };
}

function script(name: string, npmScript: string): Stage {
  return {
    name,
    run: () => spawnSync('npm', ['run', '--silent', npmScript], { stdio: 'inherit' }).status === 0,
  };
}

function hasRedis(): boolean {
  try {
    console.log(requireRedisProgram());
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}
