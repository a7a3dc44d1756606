import type { OneirosError } from '../base/errors.js';
import { Builder, dtypeOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import type { Graph, Node } from '../onnx/graph/graph.js';
import { freshCopy } from '../onnx/graph/rename.js';
import { identityNode } from '../onnx/graph/simple-nodes.js';
import { freeNames } from '../onnx/graph/subgraphs.js';
import { isFloat } from '../tensor/dtype.js';
import { type ActivePath, activePath, type Ends } from './active-path.js';
import { unbroadcast } from './broadcast.js';
import { missingCotangent, missingRule, tooNarrow, unreached, unusedCotangent } from './path-errors.js';
import type { RuleChoice } from './rule-choice.js';
import type { Region } from './rules/rule.js';

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
    readonly ends: Ends,
    readonly rules: RuleChoice,
  ) {
    this.path = activePath(
      graph,
      ends,
      (node, output) => !rules.blocks(node) && hasGradient(b.value(output)),
    );
  }

  /** @throws OneirosError if no gradient can reach one of `wrt`, with the operators that stop it */
  requireConnection(): void {
    for (const name of this.ends.wrt) {
      const error = this.whyUnreached(name);
      if (error !== null) throw error;
    }
  }

  /** The error for one of `wrt` that no gradient can reach; `null` for one that it may reach. */
  whyUnreached(name: string): OneirosError | null {
    if (this.path.values.has(name)) return null;
    const stops = (node: Node) =>
      this.rules.blocks(node) ||
      !node.outputs.some((output) => output !== '' && hasGradient(this.b.value(output)));
    return unreached(name, activePath(this.graph, this.ends), stops);
  }

  /** Sets a target's cotangent, from which the walk starts. */
  seed(target: Value, cotangent: Value): void {
    this.#accumulate(target, cotangent);
  }

  /**
   * @throws OneirosError `unsupported` if an operator on the path has no rule, or a rule leaves out the cotangent of a
   *   value on the path
   */
  run(): void {
    for (const node of this.path.nodes) {
      if (this.rules.rule(node) === undefined) throw missingRule(node, this.path);
      for (const name of node.outputs)
        if (this.path.values.has(name) && this.b.value(name).type?.dtype === 'bfloat16')
          throw tooNarrow(name, node, this.path);
    }
    for (const node of this.graph.nodes.toReversed()) {
      const dys = node.outputs.map((name) => this.cotangentOf(name));
      this.b.budget.enter(node);
      if (this.path.nodes.has(node) && dys.some((dy) => dy !== null)) this.#differentiate(node, dys);
    }
  }

  /** The cotangent of one of `wrt`. @throws OneirosError `unsupported` if none has reached it, with the reason */
  gradientBy(name: string): Value {
    const cotangent = this.cotangentOf(name);
    if (cotangent !== null) return cotangent;
    throw unreached(name, this.path, (node) =>
      node.outputs.some((output) => this.cotangentOf(output) !== null),
    );
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
    const rule = this.rules.rule(node);
    if (rule === undefined) return;
    const beyond = rule.outputs === 'first' ? dys.findIndex((dy, i) => i > 0 && dy !== null) : -1;
    if (beyond > 0) throw unusedCotangent(node, beyond, this.path);
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
      isActive: ({ name }) => this.path.values.has(name),
      enter: (region, inner, inputs) => this.#enter(region, inner, inputs),
    });
    for (const [i, input] of [...x, ...captured].entries()) {
      if (input === undefined || !this.path.values.has(input.name)) continue;
      const given = cotangents[i];
      if (given === undefined) {
        const isInput = this.graph.inputs.some(({ name }) => name === input.name);
        throw missingCotangent(node, i, this.path, isInput);
      }
      const cotangent = typeof given === 'function' ? given() : given;
      if (cotangent !== null)
        this.#accumulate(input, rule.broadcasts ? unbroadcast(this.b, cotangent, input) : cotangent);
    }
  }

  #capturedBy(node: Node): readonly Value[] {
    return [...new Set(freeNames(node))]
      .filter((name) => this.path.values.has(name))
      .map((name) => this.b.value(name));
  }

  #enter(region: Graph, b: Builder, inputs: readonly Value[]): Region {
    const names = new Map<string, string>();
    const fresh = (name: string) => {
      const renamed = b.fresh(name);
      names.set(name, renamed);
      return renamed;
    };
    const copy = withBoundInputs(freshCopy(region, fresh), inputs);
    b.load(copy.graph);
    const stops = this.ends.stops.flatMap((name) => [name, names.get(name) ?? name]);
    const walk = (targets: readonly Value[], wrt: readonly Value[]) =>
      new ReverseWalk(b, copy.graph, { targets: namesOf(targets), wrt: namesOf(wrt), stops }, this.rules);
    const outputs = copy.graph.outputs.map(({ name }) => b.value(name));
    return {
      inputs: copy.inputs.map((name) => b.value(name)),
      outputs,
      between: (targets, wrt) => walk(targets, wrt).path.values,
      pullBack: (dys, wrt) => {
        const seeds = outputs.flatMap((target, i) => {
          const dy = dys[i] ?? null;
          return dy === null ? [] : [{ target, dy }];
        });
        const inner = walk(
          seeds.map(({ target }) => target),
          wrt,
        );
        for (const { target, dy } of seeds) inner.seed(target, dy);
        inner.run();
        return wrt.map(({ name }) => inner.cotangentOf(name));
      },
    };
  }

  /** A cotangent has its value's type by definition; inference may know it less exactly. */
  #accumulate(value: Value, cotangent: Value): void {
    const typed = { ...cotangent, type: value.type };
    const parts = this.#cotangents.get(value.name);
    if (parts === undefined) this.#cotangents.set(value.name, [typed]);
    else parts.push(typed);
  }
}

/** Integers and booleans have no gradient; a type that is not known may be floating point. */
function hasGradient({ type }: Value): boolean {
  // A gradient through bfloat16 is an error, not zero.
  return type === null || isFloat(type.dtype) || type.dtype === 'bfloat16';
}

function namesOf(values: readonly Value[]): readonly string[] {
  return values.map(({ name }) => name);
}

/** The graph without inputs: each is computed from its value. A declared type helps if that of the value is unknown. */
function withBoundInputs(
  graph: Graph,
  values: readonly Value[],
): { readonly graph: Graph; readonly inputs: readonly string[] } {
  const inputs = graph.inputs.map(({ name }) => name);
  const bindings = values.map((value, i) => identityNode(value.name, inputs[i] ?? ''));
  const declared = new Map([...graph.values, ...graph.inputs.map((info) => [info.name, info] as const)]);
  return { inputs, graph: { ...graph, inputs: [], nodes: [...bindings, ...graph.nodes], values: declared } };
}
