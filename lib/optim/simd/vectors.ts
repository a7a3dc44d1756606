import { OneirosError } from '../../base/errors.js';
import { kernels } from './kernels.js';

/** A vector of {@link Vectors}, by its number. */
export type Vector = number;

/** A factor and the vector that it multiplies. */
export type Term = readonly [factor: number, vector: Vector];

/** Sizes of a vector v. */
export interface Sizes {
  /** Σ |vᵢ| */
  readonly sumAbs: number;
  /** max |vᵢ|; NaN if a number is NaN. */
  readonly maxAbs: number;
}

/**
 * Float32 vectors of one length, and what L-BFGS computes with them. They lie in WebAssembly memory, where SIMD
 * instructions calculate with several numbers at once: about six times as fast as a loop over Float32Arrays. Sums are
 * in double precision; each result is rounded once.
 */
export class Vectors {
  /** A vector of zeros. */
  readonly zero: Vector = 0;
  readonly #segments: Segment[] = [];
  #count = 1;

  /**
   * @param length of each vector
   * @param usual how many vectors there will be at most, about: it determines how they are divided over memories, which
   *   are limited to 4 GB
   */
  constructor(length: number, usual: number) {
    const size = segmentLength(usual);
    for (let start = 0; start < length; start += size)
      this.#segments.push(new Segment(start, Math.min(size, length - start)));
  }

  /** Another vector, of zeros. @throws OneirosError `too-large` if memory runs out */
  add(): Vector {
    const vector = this.#count++;
    for (const segment of this.#segments) segment.grow(this.#count);
    return vector;
  }

  write(vector: Vector, values: Float32Array): void {
    for (const segment of this.#segments) segment.view(vector).set(segment.part(values));
  }

  read(vector: Vector, target: Float32Array): void {
    for (const segment of this.#segments) segment.part(target).set(segment.view(vector));
  }

  /** vector · each of the others */
  dots(vector: Vector, others: readonly Vector[]): readonly number[] {
    const sums = others.map(() => 0);
    for (const segment of this.#segments) segment.dots(vector, others, sums);
    return sums;
  }

  /** target ← Σ factor · vector; target must not be one of the vectors. */
  combine(target: Vector, terms: readonly Term[]): void {
    const fours = inFours(terms);
    for (const segment of this.#segments) segment.combine(target, fours);
  }

  /** target ← x + factor · y; target may be x or y. */
  addScaled(target: Vector, x: Vector, factor: number, y: Vector): void {
    for (const segment of this.#segments) segment.addScaled(target, x, factor, y);
  }

  sizes(vector: Vector): Sizes {
    const all = this.#segments.map((segment) => segment.sizes(vector));
    return {
      sumAbs: all.reduce((sum, { sumAbs }) => sum + sumAbs, 0),
      maxAbs: Math.max(0, ...all.map(({ maxAbs }) => maxAbs)),
    };
  }
}

/** Four terms, which one pass adds. */
type Four = readonly [Term, Term, Term, Term];

function inFours(terms: readonly Term[]): readonly Four[] {
  const none: Term = [0, 0];
  return Array.from({ length: Math.ceil(terms.length / 4) }, (_, i) => {
    const [a = none, b = none, c = none, d = none] = terms.slice(4 * i, 4 * i + 4);
    return [a, b, c, d];
  });
}

/** Such that the usual number of vectors takes at most 2 GB, and 16,000 vectors do, too. */
function segmentLength(usual: number): number {
  return 4 * Math.floor(2 ** 27 / Math.min(usual, 2 ** 14));
}

/** Bytes of a page of WebAssembly memory. */
const page = 2 ** 16;
/** Bytes of a vector that are read at once, so that they stay in the processor's first cache. */
const chunk = 2 ** 15;
/** Bytes for the kernels' sums, before the vectors. */
const scratch = 64;

/** A range of all vectors, in one memory, one vector after another. Kernels take byte addresses. */
class Segment {
  readonly #kernels: Kernels;
  readonly #bytes: number;

  constructor(
    private readonly start: number,
    private readonly length: number,
  ) {
    this.#kernels = instantiate();
    // Kernels take four numbers at once; the rest of the last four stays zero.
    this.#bytes = 16 * Math.ceil(length / 4);
    this.grow(1);
  }

  /** Makes room for so many vectors. Views that were made before are empty afterwards. */
  grow(count: number): void {
    const { memory } = this.#kernels;
    const pages = Math.ceil((scratch + count * this.#bytes) / page) - memory.buffer.byteLength / page;
    if (pages <= 0) return;
    try {
      memory.grow(pages);
    } catch (cause) {
      const size = ((count * this.#bytes) / 1e9).toFixed(1);
      throw new OneirosError(
        'too-large',
        `an optimizer's vectors take ${size} GB, more than can be allocated`,
        {
          cause,
        },
      );
    }
  }

  view(vector: Vector): Float32Array {
    return new Float32Array(this.#kernels.memory.buffer, this.#at(vector), this.length);
  }

  part(values: Float32Array): Float32Array {
    return values.subarray(this.start, this.start + this.length);
  }

  /** Adds vector · each of the others to sums. */
  dots(vector: Vector, others: readonly Vector[], sums: number[]): void {
    const pairs = Math.ceil(others.length / 2);
    const out = new Float64Array(this.#kernels.memory.buffer, 0, 4);
    for (let from = 0; from < this.#bytes; from += chunk) {
      const end = this.#at(vector) + Math.min(this.#bytes, from + chunk);
      for (let i = 0; i < pairs; i++) {
        const [a, b = 0] = [others[2 * i]!, others[2 * i + 1]];
        out.fill(0);
        this.#kernels.dots(this.#at(vector) + from, end, this.#at(a) + from, this.#at(b) + from, 0);
        sums[2 * i]! += out[0]! + out[1]!;
        if (2 * i + 1 < sums.length) sums[2 * i + 1]! += out[2]! + out[3]!;
      }
    }
  }

  combine(target: Vector, fours: readonly Four[]): void {
    const result = this.#at(target);
    for (let from = 0; from < this.#bytes; from += chunk) {
      const end = result + Math.min(this.#bytes, from + chunk);
      let base = this.#at(0) + from;
      for (const [[f, a], [g, b], [h, c], [k, d]] of fours) {
        const [pa, pb, pc, pd] = [this.#at(a), this.#at(b), this.#at(c), this.#at(d)];
        this.#kernels.combine(
          result + from,
          end,
          base,
          f,
          pa + from,
          g,
          pb + from,
          h,
          pc + from,
          k,
          pd + from,
        );
        base = result + from;
      }
    }
  }

  addScaled(target: Vector, x: Vector, factor: number, y: Vector): void {
    const result = this.#at(target);
    this.#kernels.addScaled(result, result + this.#bytes, this.#at(x), factor, this.#at(y));
  }

  sizes(vector: Vector): Sizes {
    const { buffer } = this.#kernels.memory;
    const sums = new Float64Array(buffer, 0, 2).fill(0);
    const maxima = new Float32Array(buffer, 16, 4).fill(0);
    this.#kernels.sizes(this.#at(vector), this.#at(vector) + this.#bytes, 0);
    return { sumAbs: sums[0]! + sums[1]!, maxAbs: Math.max(...maxima) };
  }

  #at(vector: Vector): number {
    return scratch + vector * this.#bytes;
  }
}

/** The exports of kernels.wat. */
interface Kernels {
  readonly memory: WebAssembly.Memory;
  readonly dots: (v: number, end: number, a: number, b: number, out: number) => void;
  readonly combine: (
    target: number,
    end: number,
    x: number,
    ...terms: [f: number, a: number, g: number, b: number, h: number, c: number, k: number, d: number]
  ) => void;
  readonly addScaled: (target: number, end: number, x: number, f: number, y: number) => void;
  readonly sizes: (v: number, end: number, out: number) => void;
}

let compiled: WebAssembly.Module | undefined;

function instantiate(): Kernels {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(kernels), (character) => character.charCodeAt(0)));
  const { exports } = new WebAssembly.Instance(compiled);
  if (!areKernels(exports)) throw new OneirosError('runtime', 'kernels.ts does not belong to kernels.wat');
  return exports;
}

function areKernels(exports: WebAssembly.Exports): exports is WebAssembly.Exports & Kernels {
  const { memory, dots, combine, addScaled, sizes } = exports;
  const functions = [dots, combine, addScaled, sizes];
  return memory instanceof WebAssembly.Memory && functions.every((each) => typeof each === 'function');
}
