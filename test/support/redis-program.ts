import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PROGRAMS = ['redis-server', 'valkey-server'];

/** The Redis program of this machine, or undefined. */
function findRedisProgram(): string | undefined {
  return PROGRAMS.find((it) => spawnSync(it, ['--version']).status === 0);
}

/**
 * Makes sure that the tests have a real Redis: as root on Debian its package is installed (not started).
 * @throws one line that says how to install it
 */
export function requireRedisProgram(): string {
  const program = findRedisProgram() ?? (installOnDebian() ? findRedisProgram() : undefined);
  if (program) return program;
  throw new Error(
    'The tests need redis-server or valkey-server on the PATH: ' +
      'apt install redis-server, dnf install valkey, or brew install redis',
  );
}

function installOnDebian(): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  console.log('installing redis-server (apt-get)');
  // RUNLEVEL=1: invoke-rc.d starts no service in single-user mode; the tests start servers of their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const steps = [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
  ];
  for (const args of steps) {
    const { status, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' });
    if (status !== 0) {
      console.error(stderr);
      return false;
    }
  }
  return true;
}
