/** A stream of reproducible choices. */
export interface Random {
  /** A number in [0, 1). */
  float(): number;
  /** A whole number in [0, below). */
  int(below: number): number;
  /** True with that probability. */
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
}

/** Folds texts and numbers into one seed of 32 bits (FNV-1a). */
export function hashSeed(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const part of parts) {
    const text = String(part);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0xff, 0x01000193);
  }
  return hash >>> 0;
}

/** The stream that belongs to a seed (mulberry32; good enough for test data, useless for secrets). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const float = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (below: number): number => Math.floor(float() * below);
  return {
    float,
    int,
    chance: (probability) => float() < probability,
    pick: (from) => from[int(from.length)]!,
  };
}

/** Draws `count` different ones; shuffles the front of the given list. */
export function draw<T>(random: Random, from: T[], count: number): T[] {
  for (let index = 0; index < count; index++) {
    const other = index + random.int(from.length - index);
    [from[index], from[other]] = [from[other]!, from[index]!];
  }
  return from.slice(0, count);
}
