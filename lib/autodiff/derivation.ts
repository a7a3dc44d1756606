import { Builder } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { Budget } from '../onnx/graph/budget.js';
import type { Graph, Model } from '../onnx/graph/graph.js';
import { normalized } from '../onnx/opset/normalize-opset.js';
import { simplifyWithin } from '../onnx/passes/simplify.js';
import { unroll } from '../onnx/passes/unroll.js';
import { requireConnection } from './active.js';
import { deadEnd } from './explain.js';
import { floatNames, requireFloat, requireValue } from './names.js';
import type { DerivationOptions } from './options.js';
import { RuleChoice } from './rule-choice.js';
import { ReverseWalk } from './walk.js';

/** A value, and the cotangent that a reverse pass starts from there. */
export type Seed = readonly [target: Value, cotangent: Value];

/** A model being differentiated: its graph in operator set 17, and the builder to which derivatives are added. */
export class Derivation {
  readonly b: Builder;
  readonly #rules: RuleChoice;

  private constructor(
    readonly model: Model,
    readonly options: DerivationOptions,
    readonly budget: Budget,
  ) {
    this.b = new Builder(undefined, budget);
    this.#rules = new RuleChoice(model.graph, options.overrides);
  }

  static begin(model: Model, options: DerivationOptions): Derivation {
    const budget = Budget.for(model);
    const normal = normalized(model, budget);
    const derivation = new Derivation(unroll(normal, budget), options, budget);
    derivation.b.load(derivation.graph);
    return derivation;
  }

  get graph(): Graph {
    return this.model.graph;
  }

  /** The values to differentiate by: by default every floating-point input of the graph. */
  independent(wrt: readonly string[] | undefined): readonly Value[] {
    const names = wrt ?? floatNames(this.b, this.graph.inputs);
    return names.map((name) => requireFloat(this.b, name, this.graph));
  }

  /** The values to be differentiated: by default every floating-point output of the graph. */
  dependent(outputs: readonly string[] | undefined): readonly Value[] {
    const names = outputs ?? floatNames(this.b, this.graph.outputs);
    return names.map((name) => requireFloat(this.b, name, this.graph));
  }

  /**
   * A reverse pass over everything built so far.
   * @returns the cotangents of `wrt`
   * @throws OneirosError `bad-argument` if a value of `wrt` has no influence on any target, `unsupported` if every
   *   path to it ends at an operator without a gradient
   */
  pullBack(seeds: readonly Seed[], wrt: readonly Value[]): readonly Value[] {
    const walk = this.#walk(seeds, wrt);
    requireConnection(walk.path);
    walk.run();
    return wrt.map(({ name }) => {
      const cotangent = walk.cotangentOf(name);
      if (cotangent === null) throw deadEnd(name, walk.path, (value) => walk.cotangentOf(value) !== null);
      return cotangent;
    });
  }

  /** The same, with zeros where no gradient arrives: correct for derivatives of derivatives, which may vanish. */
  pullBackOrZero(seeds: readonly Seed[], wrt: readonly Value[]): readonly Value[] {
    const walk = this.#walk(seeds, wrt);
    walk.run();
    return wrt.map((value) => walk.cotangentOf(value.name) ?? this.b.fillLike(value, 0));
  }

  /** The model with the outputs it keeps, then the derived ones. */
  finish(derived: readonly (readonly [name: string, value: Value])[]): Model {
    const { b, graph } = this;
    const kept = this.options.keepOutputs ?? graph.outputs.map(({ name }) => name);
    for (const name of kept) b.output(requireValue(b, name, graph));
    for (const [name, value] of derived) b.output(value, name);
    const derivative = {
      ...this.model,
      graph: b.graph(`${graph.name}, differentiated`),
      producer: 'oneiros',
    };
    return simplifyWithin(this.budget, derivative);
  }

  #walk(seeds: readonly Seed[], wrt: readonly Value[]): ReverseWalk {
    const walk = new ReverseWalk(this.b, this.b.graph(), {
      targets: seeds.map(([target]) => target.name),
      wrt: wrt.map(({ name }) => name),
      stopGradient: this.options.stopGradient ?? [],
      rules: this.#rules,
    });
    for (const [target, cotangent] of seeds) walk.seed(target, cotangent);
    return walk;
  }
}
