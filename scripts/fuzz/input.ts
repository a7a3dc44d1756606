import { random } from '../../lib/tensor/random.js';
import { pick } from './mutate-bytes.js';
import type { Target } from './targets.js';

/** Input number `index` of a run; deterministic for a target, its seed files and the seed. */
export function makeInput(
  target: Target,
  seeds: readonly Uint8Array[],
  seed: number,
  index: number,
): Uint8Array {
  const stream = random(Math.imul(seed, 0x9e3779b1) ^ index);
  return target.mutate(pick(stream, seeds), stream, seeds);
}
