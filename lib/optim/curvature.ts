import { addScaled, dot, scale } from './vector.js';

/** A step s, the change y of the gradient over it, and 1 / (s·y). */
interface Pair {
  readonly s: Float32Array;
  readonly y: Float32Array;
  rho: number;
  /** The first loop's coefficient, which the second needs. */
  alpha: number;
}

/** The last pairs of steps and gradient changes: L-BFGS's approximation of the inverse Hessian H. */
export class Curvature {
  private readonly pairs: Pair[] = [];
  private spare: Pair | undefined;
  /** H₀ = scale · identity: s·y / y·y of the newest pair. */
  private scale = 1;

  constructor(private readonly capacity: number) {}

  get empty(): boolean {
    return this.pairs.length === 0;
  }

  /** Forgets everything: the next direction is steepest descent. */
  clear(): void {
    this.spare = this.pairs[0] ?? this.spare;
    this.pairs.length = 0;
    this.scale = 1;
  }

  /** Stores a step along `direction` in place of the oldest pair; skips a step without positive curvature. */
  learn(step: number, direction: Float32Array, before: Float32Array, after: Float32Array): void {
    const pair = this.room(direction.length);
    scale(pair.s, step, direction);
    addScaled(pair.y, after, -1, before);
    const sy = dot(pair.s, pair.y);
    const yy = dot(pair.y, pair.y);
    // PyTorch requires s·y > 1e-10; here it is relative to their lengths, so that the objective's scale does not
    // matter.
    if (!(sy > 1e-10 * Math.sqrt(yy * dot(pair.s, pair.s)))) {
      this.spare = pair;
      return;
    }
    pair.rho = 1 / sy;
    this.scale = sy / yy;
    this.pairs.push(pair);
  }

  private room(size: number): Pair {
    const reused = this.spare ?? (this.pairs.length >= this.capacity ? this.pairs.shift() : undefined);
    this.spare = undefined;
    return reused ?? { s: new Float32Array(size), y: new Float32Array(size), rho: 0, alpha: 0 };
  }

  /** result ← −H·gradient, by the two loops of Nocedal (1980). */
  direction(result: Float32Array, gradient: Float32Array): void {
    scale(result, -1, gradient);
    for (const pair of this.pairs.toReversed()) {
      pair.alpha = pair.rho * dot(pair.s, result);
      addScaled(result, result, -pair.alpha, pair.y);
    }
    scale(result, this.scale, result);
    for (const pair of this.pairs) {
      const beta = pair.rho * dot(pair.y, result);
      addScaled(result, result, pair.alpha - beta, pair.s);
    }
  }
}
