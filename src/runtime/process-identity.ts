import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** A process as opposed to a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it began, in the system's own notation; only good for comparing. */
  readonly startedAt: string;
}

/** The living process with this number; a dead one that nobody has collected (zombie) does not count. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  return existsSync('/proc/self/stat') ? identifyByProc(pid) : identifyByPs(pid);
}

/** Whether exactly that process is still there. */
export function isRunning(it: ProcessIdentity): boolean {
  return identifyProcess(it.pid)?.startedAt === it.startedAt;
}

/** The name of a process's program; undefined when it cannot be told. */
export function readProgramName(pid: number): string | undefined {
  try {
    if (existsSync('/proc/self/stat')) return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return (
      spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined
    );
  } catch {
    return undefined;
  }
}

/** Linux: proc(5), /proc/pid/stat; the name in parentheses may itself contain spaces and parentheses. */
function identifyByProc(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startedAt] = [fields[0], fields[19]];
    return state === 'Z' || state === 'X' || startedAt === undefined ? undefined : { pid, startedAt };
  } catch {
    return undefined;
  }
}

function identifyByPs(pid: number): ProcessIdentity | undefined {
  const answer = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' });
  if (answer.error) return isThere(pid) ? { pid, startedAt: '' } : undefined;
  const match = /^(\S+)\s+(.+)$/.exec(answer.stdout.trim());
  return match && !match[1]!.startsWith('Z') ? { pid, startedAt: match[2]!.trim() } : undefined;
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
