import type { Facts } from '../../onnx/facts/facts.js';
import type { Node } from '../../onnx/graph/graph.js';
import { usesOf } from '../../onnx/graph/subgraphs.js';
import { bytesOf } from '../../onnx/memory-plan.js';

/** A forward pass, and which of its values the backward pass uses. */
export interface Forward {
  /** In their order. */
  readonly nodes: readonly Node[];
  readonly saved: ReadonlySet<string>;
  readonly factsOf: (name: string) => Facts | undefined;
}

/**
 * Where to cut a forward pass into segments: the positions in `nodes` at which segments begin, except the first.
 * @param kept names of values after whose nodes to cut; by default where the estimated peak is lowest
 */
export function cutsOf(forward: Forward, kept: readonly string[] | 'auto'): readonly number[] {
  if (kept !== 'auto') {
    const after = forward.nodes.flatMap((node, i) =>
      node.outputs.some((name) => kept.includes(name)) ? [i + 1] : [],
    );
    return after.filter((at) => at < forward.nodes.length);
  }
  return lowestPeak(new Measured(forward));
}

/** At most this many segments are tried: each one more needs another checkpoint, and gains less. */
const mostSegments = 16;

/** A share of the peak that another segment must save. */
const worthwhile = 0.05;

function lowestPeak(measured: Measured): readonly number[] {
  let best: readonly number[] = [];
  let lowest = measured.peak(best);
  for (let count = 2; count <= mostSegments; count++) {
    const cuts = measured.cut(measured.total / count);
    const peak = measured.peak(cuts);
    if (peak < lowest * (1 - worthwhile)) [best, lowest] = [cuts, peak];
  }
  return best;
}

/** Any size: only the proportions of values matter. */
const typicalSide = 512;

/** How many bytes a forward pass saves at each node, and how many are alive between two nodes. */
class Measured {
  /** Bytes that the backward pass saves of the values that a node makes. */
  readonly #saved: readonly number[];
  /** Bytes of the values made before a node that it or later ones use. */
  readonly #crossing: readonly number[];
  readonly total: number;

  constructor({ nodes, saved, factsOf }: Forward) {
    const bytes = (name: string) => bytesOf(factsOf(name)?.type ?? null, () => typicalSide);
    this.#saved = nodes.map(({ outputs }) =>
      outputs.reduce((sum, name) => sum + (saved.has(name) ? bytes(name) : 0), 0),
    );
    this.total = this.#saved.reduce((sum, size) => sum + size, 0);
    const last = new Map(nodes.flatMap((node, i) => usesOf(node).map((name) => [name, i] as const)));
    const change = Array<number>(nodes.length + 1).fill(0);
    for (const [i, { outputs }] of nodes.entries())
      for (const name of outputs) {
        const end = last.get(name);
        if (end === undefined) continue;
        change[i + 1]! += bytes(name);
        change[end + 1]! -= bytes(name);
      }
    let alive = 0;
    this.#crossing = change.map((amount) => (alive += amount));
  }

  /** Cuts so that no segment saves much more than `limit`, each where the fewest bytes are alive. */
  cut(limit: number): readonly number[] {
    const cuts: number[] = [];
    let [start, inside] = [0, 0];
    let narrowest = 0;
    for (const [i, size] of this.#saved.entries()) {
      if (inside > 0 && inside + size > limit && narrowest > start) {
        cuts.push(narrowest);
        inside = this.#between(narrowest, i);
        start = narrowest;
        narrowest = i;
      }
      inside += size;
      // The later one of equal cuts, for fewer segments.
      if (inside > 0 && (narrowest <= start || this.#crossing[i + 1]! <= this.#crossing[narrowest]!))
        narrowest = i + 1;
    }
    return cuts;
  }

  /** While the backward pass is in a segment: its values, and the checkpoints that it and earlier segments begin with. */
  peak(cuts: readonly number[]): number {
    const starts = [0, ...cuts];
    let [checkpoints, peak] = [0, 0];
    for (const [i, start] of starts.entries()) {
      if (i > 0) checkpoints += this.#crossing[start]!;
      peak = Math.max(peak, checkpoints + this.#between(start, starts[i + 1] ?? this.#saved.length));
    }
    return peak;
  }

  #between(start: number, end: number): number {
    return this.#saved.slice(start, end).reduce((sum, size) => sum + size, 0);
  }
}
