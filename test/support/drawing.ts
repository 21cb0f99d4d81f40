/** Chance that repeats: the same seed draws the same. */
export interface Drawing {
  /** A whole number from 0 to n − 1. */
  below(n: number): number;
  of<T>(all: readonly T[]): T;
}

export function drawing(seed: number): Drawing {
  let state = seed >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (n: number) => Math.floor(next() * n);
  return { below, of: (all) => all[below(all.length)]! };
}
