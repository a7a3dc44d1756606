import type { Term, Vector, Vectors } from './simd/vectors.js';

/** A step s, the change y of the gradient over it, and their products with what the next direction depends on. */
interface Pair {
  readonly s: Vector;
  readonly y: Vector;
  /** s·y of every pair up to this one, the oldest first, with the y of this one. */
  sy: number[];
  /** y·y, likewise. */
  yy: number[];
  /** s·gradient and y·gradient, for the latest gradient. */
  sg: number;
  yg: number;
}

/**
 * The last pairs of steps and gradient changes: L-BFGS's approximation of the inverse Hessian H.
 *
 * The two loops of Nocedal (1980) change the direction, and read it, once for every pair. Here they run on inner
 * products instead, as in Byrd, Nocedal and Schnabel (1994): the pairs are read once for their products with a new
 * gradient, and once for the direction, which is a sum of all vectors. Products with a new y are differences of
 * products with gradients.
 */
export class Curvature {
  private readonly pairs: Pair[] = [];
  private spare: Pair | undefined;
  /** H₀ = scale · identity: s·y / y·y of the newest pair. */
  private scale = 1;

  constructor(
    private readonly vectors: Vectors,
    private readonly capacity: number,
  ) {}

  get empty(): boolean {
    return this.pairs.length === 0;
  }

  /** Forgets everything: the next direction is steepest descent. */
  clear(): void {
    this.spare = this.pairs[0] ?? this.spare;
    this.pairs.length = 0;
    this.scale = 1;
  }

  /**
   * Stores a step along `direction` in place of the oldest pair; skips a step without positive curvature.
   * @param before the gradient that was `after` in the previous call, except in the first one
   */
  learn(step: number, direction: Vector, before: Vector, after: Vector): void {
    const { vectors, pairs } = this;
    const pair = this.room();
    const old = pairs.map(({ sg, yg }) => ({ sg, yg }));
    this.multiply(after);

    vectors.addScaled(pair.s, vectors.zero, step, direction);
    vectors.addScaled(pair.y, after, -1, before);
    const [sy = 0, yy = 0, yg = 0] = vectors.dots(pair.y, [pair.s, pair.y, after]);
    const [ss = 0, sg = 0] = vectors.dots(pair.s, [pair.s, after]);
    // PyTorch requires s·y > 1e-10; here it is relative to their lengths, so that the objective's scale does not
    // matter.
    if (!(sy > 1e-10 * Math.sqrt(yy * ss))) {
      this.spare = pair;
      return;
    }
    pair.sy = [...pairs.map((each, i) => each.sg - old[i]!.sg), sy];
    pair.yy = [...pairs.map((each, i) => each.yg - old[i]!.yg), yy];
    Object.assign(pair, { sg, yg });
    this.scale = sy / yy;
    pairs.push(pair);
  }

  /** Memory for a pair: that of the oldest if there are as many as allowed. */
  private room(): Pair {
    const { vectors, pairs } = this;
    const spare = this.spare ?? (pairs.length >= this.capacity ? this.forgetOldest() : undefined);
    this.spare = undefined;
    return spare ?? { s: vectors.add(), y: vectors.add(), sy: [], yy: [], sg: 0, yg: 0 };
  }

  private forgetOldest(): Pair | undefined {
    const oldest = this.pairs.shift();
    for (const { sy, yy } of this.pairs) {
      sy.shift();
      yy.shift();
    }
    return oldest;
  }

  /** Updates all pairs' products with the gradient. */
  private multiply(gradient: Vector): void {
    const products = this.vectors.dots(
      gradient,
      this.pairs.flatMap(({ s, y }) => [s, y]),
    );
    for (const [i, pair] of this.pairs.entries()) {
      pair.sg = products[2 * i]!;
      pair.yg = products[2 * i + 1]!;
    }
  }

  /** result ← −H·gradient. @param gradient the last that was learned */
  direction(result: Vector, gradient: Vector): void {
    const { pairs, scale } = this;
    // The first loop subtracts alphas[i]·yᵢ from −gradient, the newest pair first; the second adds steps[i]·sᵢ, the
    // oldest first.
    const alphas = pairs.map(() => 0);
    for (const [i, { sy, sg }] of [...pairs.entries()].toReversed()) {
      let product = -sg;
      for (let j = i + 1; j < pairs.length; j++) product -= alphas[j]! * pairs[j]!.sy[i]!;
      alphas[i] = product / sy[i]!;
    }
    const steps: number[] = [];
    for (const [i, { sy, yy, yg }] of pairs.entries()) {
      let product = -yg;
      for (const [j, other] of pairs.entries()) product -= alphas[j]! * (j <= i ? yy[j]! : other.yy[i]!);
      product *= scale;
      for (let j = 0; j < i; j++) product += steps[j]! * sy[j]!;
      steps.push(alphas[i]! - product / sy[i]!);
    }
    const terms = pairs.flatMap(({ s, y }, i): readonly Term[] => [
      [-scale * alphas[i]!, y],
      [steps[i]!, s],
    ]);
    this.vectors.combine(result, [[-scale, gradient], ...terms]);
  }
}
