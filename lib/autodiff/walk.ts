import { Builder, dtypeOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import type { Graph, Node } from '../onnx/graph/graph.js';
import { freshCopy } from '../onnx/graph/rename.js';
import { freeNames } from '../onnx/graph/subgraphs.js';
import { type ActivePath, activePath } from './active.js';
import { unbroadcast } from './broadcast.js';
import { missingRule } from './explain.js';
import type { RuleChoice } from './rule-choice.js';
import type { Cotangents, Rule } from './rules/rule.js';

/** What a walk differentiates, by which values, and how. */
export interface WalkOptions {
  readonly targets: readonly string[];
  readonly wrt: readonly string[];
  readonly stopGradient: readonly string[];
  readonly rules: RuleChoice;
}

/**
 * Reverse mode: from a graph's last node to its first, each node's rule turns the cotangents of its outputs into those
 * of its inputs. Emits into a builder that holds the graph.
 */
export class ReverseWalk {
  readonly path: ActivePath;
  readonly #cotangents = new Map<string, Value[]>();

  constructor(
    readonly b: Builder,
    readonly graph: Graph,
    readonly options: WalkOptions,
  ) {
    this.path = activePath(graph, options.wrt, options.targets, options.stopGradient);
  }

  /** Sets a target's cotangent, from which the walk starts. */
  seed(target: Value, cotangent: Value): void {
    this.#accumulate(target, cotangent);
  }

  run(): void {
    for (const node of this.graph.nodes.toReversed()) {
      const dys = node.outputs.map((name) => this.cotangentOf(name));
      this.b.budget.enter(node);
      if (this.path.nodes.has(node) && dys.some((dy) => dy !== null)) this.#differentiate(node, dys);
    }
  }

  /** A value's whole cotangent, `null` if none has reached it; half floats are added up in float32. */
  cotangentOf(name: string): Value | null {
    const parts = this.#cotangents.get(name) ?? [];
    const [first, ...others] = parts;
    if (first === undefined) return null;
    if (others.length === 0) return first;
    const { b } = this;
    const dtype = dtypeOf(first);
    const wide = dtype === 'float16' ? 'float32' : dtype;
    const sum = others.reduce((total, part) => b.add(total, b.cast(part, wide)), b.cast(first, wide));
    const total = { ...b.cast(sum, dtype), type: first.type };
    this.#cotangents.set(name, [total]);
    return total;
  }

  #differentiate(node: Node, dys: readonly (Value | null)[]): void {
    const { b } = this;
    const rule = this.options.rules.override(node) ?? this.#builtIn(node);
    const at = (name: string) => (name === '' ? undefined : b.value(name));
    const [x, y] = [node.inputs.map(at), node.outputs.map(at)];
    const first = y[0] ?? y.find((output) => output !== undefined);
    if (first === undefined) return;
    const dy = dys[0] ?? b.fillLike(first, 0);
    const captured = this.#capturedBy(node);
    const cotangents = rule.apply({
      b,
      node,
      x,
      y: [first, ...y.slice(1)],
      dy,
      dys,
      captured,
      differentiate: (region, regionDys, wrt) => this.#differentiateRegion(region, regionDys, wrt),
    });
    this.#distribute(
      [...x, ...captured].flatMap((value, i) =>
        value === undefined ? [] : [[value, cotangents[i] ?? null] as const],
      ),
      rule.broadcasts,
    );
  }

  #capturedBy(node: Node): readonly Value[] {
    return [...new Set(freeNames(node))]
      .filter((name) => this.path.values.has(name))
      .map((name) => this.b.value(name));
  }

  #differentiateRegion(region: Graph, dys: readonly (Value | null)[], wrt: readonly Value[]): Graph {
    const b = new Builder(this.b);
    const copy = freshCopy(region, (name) => b.fresh(name));
    b.load(copy);
    const seeds = copy.outputs.flatMap(({ name }, i) => {
      const dy = dys[i] ?? null;
      return dy === null ? [] : [{ name, dy }];
    });
    const walk = new ReverseWalk(b, copy, {
      ...this.options,
      targets: seeds.map(({ name }) => name),
      wrt: wrt.map(({ name }) => name),
    });
    for (const { name, dy } of seeds) walk.seed(b.value(name), dy);
    walk.run();
    for (const value of wrt) {
      const cotangent = walk.cotangentOf(value.name) ?? b.fillLike(value, 0);
      b.output(cotangent, b.fresh('cotangent'));
    }
    return b.graph(`gradient of ${region.name}`);
  }

  #distribute(shares: readonly (readonly [Value, Cotangents[number]])[], broadcasts: boolean): void {
    for (const [input, given] of shares) {
      if (!this.path.values.has(input.name)) continue;
      const cotangent = typeof given === 'function' ? given() : given;
      if (cotangent === null) continue;
      this.#accumulate(input, broadcasts ? unbroadcast(this.b, cotangent, input) : cotangent);
    }
  }

  #builtIn(node: Node): Rule {
    const rule = this.options.rules.builtIn(node);
    if (rule === undefined) throw missingRule(node, this.path, this.b);
    return rule;
  }

  /** A cotangent has its value's type by definition; inference may know it less exactly. */
  #accumulate(value: Value, cotangent: Value): void {
    const typed = { ...cotangent, type: value.type };
    const parts = this.#cotangents.get(value.name);
    if (parts === undefined) this.#cotangents.set(value.name, [typed]);
    else parts.push(typed);
  }
}
