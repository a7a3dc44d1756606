import type { Value } from '../../onnx/builder/graph-builder.js';
import { Rewriter } from '../../onnx/builder/rewriter.js';
import type { Budget } from '../../onnx/graph/budget.js';
import type { Graph, Model, Node } from '../../onnx/graph/graph.js';
import { renameNode } from '../../onnx/graph/rename.js';
import { allNamesOf, subgraphsOf, usesOf } from '../../onnx/graph/subgraphs.js';
import { isDeterministic, withGraph } from '../../onnx/passes/pass.js';
import { inferWithin } from '../../onnx/shapes/infer.js';
import { isFloat } from '../../tensor/dtype.js';
import { cutsOf } from './segments.js';

/**
 * Gradient checkpointing (Chen et al., 2016): the backward pass computes the values between checkpoints again, so that
 * they need not stay in memory from the forward pass on.
 *
 * The forward pass is cut into segments. A checkpoint is a value of one segment that another uses. Before the backward
 * pass enters a segment, copies of its nodes compute its values again from its checkpoints. So that no runtime merges
 * the copies with the originals or runs them early, each checkpoint is first multiplied by a 1 that is computed from
 * the cotangents that are ready by then.
 *
 * The results have the same bits: the same operations run on the same values.
 * @param model a gradient, simplified
 * @param isForward whether a value belongs to the model that was differentiated
 * @param kept the values that segments end with, or `auto`
 */
export function recompute(
  model: Model,
  isForward: (name: string) => boolean,
  kept: readonly string[] | 'auto',
  budget: Budget,
): Model {
  const { graph } = model;
  const [forward, backward] = passesOf(graph, isForward);
  const facts = inferWithin(budget, model);
  const made = new Set(forward.flatMap(({ outputs }) => outputs));
  // A shape is read at once, and keeps nothing in memory.
  const used = backward.filter(({ op }) => op !== 'Shape' && op !== 'Size').flatMap(usesOf);
  const saved = new Set(used.filter((name) => made.has(name)));
  const cuts = cutsOf({ nodes: forward, saved, factsOf: (name) => facts.get(name) }, kept);
  if (cuts.length === 0) return model;
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  // The backward pass begins with the last segment, so its values need not be computed again.
  const segments = cuts.map((end, i) => new Segment(forward, cuts[i - 1] ?? 0, end, outputs));
  const b = new Rewriter(graph, allNamesOf(graph), budget);
  for (const node of forward) b.append(node);
  new BackwardPass(b, segments, outputs).append(backward);
  return withGraph(model, b.finish(graph));
}

/** The nodes that the forward values need, and all others. */
function passesOf(
  { nodes }: Graph,
  isForward: (name: string) => boolean,
): readonly [forward: readonly Node[], backward: readonly Node[]] {
  const forward = new Set<Node>();
  const wanted = new Set<string>();
  for (const node of nodes.toReversed())
    if (node.outputs.some((name) => name !== '' && (isForward(name) || wanted.has(name)))) {
      forward.add(node);
      for (const name of usesOf(node)) wanted.add(name);
    }
  return [nodes.filter((node) => forward.has(node)), nodes.filter((node) => !forward.has(node))];
}

/** A part of the forward pass. */
class Segment {
  readonly #nodes: readonly Node[];
  /** The values that can be computed again: no other segment uses them. */
  readonly inner: ReadonlySet<string>;

  constructor(forward: readonly Node[], start: number, end: number, outputs: ReadonlySet<string>) {
    this.#nodes = forward.slice(start, end);
    const later = new Set(forward.slice(end).flatMap(usesOf));
    const own = this.#nodes.filter(canRepeat).flatMap((node) => node.outputs);
    this.inner = new Set(own.filter((name) => name !== '' && !later.has(name) && !outputs.has(name)));
  }

  /** The nodes that make some of its inner values from values that stay, in order. */
  needed(names: readonly string[]): readonly Node[] {
    const wanted = new Set(names);
    const found: Node[] = [];
    for (const node of this.#nodes.toReversed())
      if (node.outputs.some((name) => wanted.has(name) && this.inner.has(name))) {
        found.push(node);
        for (const name of usesOf(node)) wanted.add(name);
      }
    return found.reverse();
  }
}

/** A copy of a random node would draw other numbers, and one of a loop would need other names inside. */
function canRepeat(node: Node): boolean {
  return isDeterministic(node.op) && subgraphsOf(node).length === 0;
}

/** Appends the backward pass, with the copies of each segment before the first node that uses one of its values. */
class BackwardPass {
  /** The present names of values that were computed again, and of their checkpoints. */
  readonly #names = new Map<string, string>();
  readonly #waiting: Set<Segment>;
  #signal: Value | undefined;

  constructor(
    readonly b: Rewriter,
    segments: readonly Segment[],
    readonly outputs: ReadonlySet<string>,
  ) {
    this.#waiting = new Set(segments);
  }

  append(nodes: readonly Node[]): void {
    let start = 0;
    for (const [i, node] of nodes.entries()) {
      const uses = usesOf(node);
      for (const segment of this.#waiting) {
        if (!uses.some((name) => segment.inner.has(name))) continue;
        this.#waiting.delete(segment);
        const later = nodes.slice(i).flatMap(usesOf);
        this.#signal = this.#signalOf(nodes.slice(start, i), new Set(later)) ?? this.#signal;
        start = i;
        // Without a cotangent there is nothing to wait for: the values stay.
        if (this.#signal !== undefined) this.#computeAgain(segment, later, this.#signal);
      }
      this.b.append(renameNode(node, (name) => this.#present(name)));
    }
  }

  #computeAgain(segment: Segment, uses: readonly string[], signal: Value): void {
    const delayed = new Set<string>();
    for (const node of segment.needed(uses)) {
      for (const name of usesOf(node))
        if (!segment.inner.has(name) && !delayed.has(name)) {
          delayed.add(name);
          this.#delay(this.b.value(this.#present(name)), name, signal);
        }
      for (const name of node.outputs) if (name !== '') this.#names.set(name, this.b.fresh(name));
      const copy = renameNode(node, (name) => this.#present(name));
      this.b.append({ ...copy, name: this.b.fresh(node.name) });
    }
  }

  /** Multiplies a floating-point value by 1, which keeps its bits; others are few and small. */
  #delay(value: Value, name: string, signal: Value): void {
    if (value.constant !== null || value.type === null || !isFloat(value.type.dtype)) return;
    const one = this.b.cast(signal, value.type.dtype);
    this.#names.set(name, this.b.mul(value, one).name);
  }

  /**
   * `true` as a scalar, computed from one element of each cotangent that some nodes hand on, so that it is known only
   * when they are done. Greater than itself is no number, and no NaN either.
   */
  #signalOf(nodes: readonly Node[], later: ReadonlySet<string>): Value | undefined {
    const { b } = this;
    const ends = nodes
      .flatMap(({ outputs }) => outputs)
      .filter((name) => later.has(name) || this.outputs.has(name))
      .map((name) => b.value(name))
      .filter(({ type, constant }) => constant === null && type !== null && isFloat(type.dtype));
    // The sum of a slice, which may be empty.
    const parts = ends.map((end) => {
      const first = b.slice(b.reshape(end, [-1]), [0], [0], [1]);
      return b.cast(b.sum(first, [0], false), 'float32');
    });
    const [first, ...others] = parts;
    if (first === undefined) return undefined;
    const total = others.reduce((sum, part) => b.add(sum, part), first);
    return b.not(b.greater(total, total));
  }

  #present(name: string): string {
    return this.#names.get(name) ?? name;
  }
}
