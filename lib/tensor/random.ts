import { check } from '../base/check-arguments.js';
import { kind } from '../base/kinds.js';

/** A stream of seeded pseudo-random numbers: the same seed gives the same numbers on every machine. */
export interface Random {
  /** Uniform in [0, 1), with 32 random bits. */
  uniform(): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** An integer, uniform in [low, high], both ends included. */
  integer(low: number, high: number): number;
  /** The generator's state, four 32-bit words: pass it to `random` to resume. */
  state(): readonly [number, number, number, number];
}

/**
 * The xoshiro128** generator (Blackman and Vigna, 2018), seeded by splitmix32, or resumed from a saved state.
 * @param seed any number, of which the lowest 32 bits count; or a saved state
 * @throws OneirosError `bad-argument` for another type
 */
export function random(seed: number | readonly [number, number, number, number]): Random {
  check('random', { seed: [seed, kind.seed] });
  let [a, b, c, d] = typeof seed === 'number' ? splitmix(seed) : seed;

  function next(): number {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  }
  const uniform = () => next() / 2 ** 32;

  return {
    uniform,
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    integer: (low, high) => low + Math.floor(uniform() * (high - low + 1)),
    state: () => [a >>> 0, b >>> 0, c >>> 0, d >>> 0],
  };
}

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function splitmix(seed: number): [number, number, number, number] {
  let state = seed | 0;
  const word = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return [word(), word(), word(), word()];
}
