import { Builder } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { inLowestOpset } from '../onnx/builder/lowest-opset.js';
import { Budget } from '../onnx/graph/budget.js';
import type { Graph, Model } from '../onnx/graph/graph.js';
import { normalized } from '../onnx/opset/normalize-opset.js';
import { simplifyWithin } from '../onnx/passes/simplify.js';
import type { Ends } from './active.js';
import { floatNames, requireFloat, requireValue } from './names.js';
import type { DerivationOptions } from './options.js';
import { prepare } from './prepare.js';
import { RuleChoice } from './rule-choice.js';
import { ReverseWalk } from './walk.js';

/** A value, and the cotangent that a reverse pass starts from there. */
export type Seed = readonly [target: Value, cotangent: Value];

/** A model being differentiated: its graph as `normalized` writes it, and the builder to which derivatives are added. */
export class Derivation {
  readonly b: Builder;
  readonly #rules: RuleChoice;
  readonly #stops: readonly string[];

  private constructor(
    readonly model: Model,
    readonly options: DerivationOptions,
    readonly budget: Budget,
    rules: RuleChoice,
    stops: readonly string[],
  ) {
    this.b = new Builder(undefined, budget);
    this.b.load(model.graph);
    this.#rules = rules;
    this.#stops = stops;
  }

  /** @param ends what will be differentiated by what; by default every output by every floating-point input */
  static begin(
    model: Model,
    options: DerivationOptions,
    { targets, wrt }: { readonly [K in 'targets' | 'wrt']: Ends[K] | undefined },
  ): Derivation {
    const budget = Budget.for(model);
    const normal = normalized(model, budget);
    const { inputs, outputs } = normal.graph;
    const rules = new RuleChoice(options.overrides);
    const ends = {
      targets: targets ?? outputs.map(({ name }) => name),
      wrt: wrt ?? inputs.map(({ name }) => name),
      stops: options.stopGradient ?? [],
    };
    const prepared = prepare(normal, ends, options.keepOutputs ?? [], rules, budget);
    rules.requireUses([normal.graph, prepared.model.graph]);
    return new Derivation(prepared.model, options, budget, rules, prepared.stops);
  }

  get graph(): Graph {
    return this.model.graph;
  }

  /**
   * The values to differentiate by: by default every floating-point input of the graph that a gradient from `targets`
   * reaches, or every one if it reaches none.
   */
  independent(wrt: readonly string[] | undefined, targets: readonly Value[]): readonly Value[] {
    const names = wrt ?? this.#reached(floatNames(this.b, this.graph.inputs), targets);
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
    walk.requireConnection();
    walk.run();
    return wrt.map(({ name }) => walk.gradientBy(name));
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
    return inLowestOpset(simplifyWithin(this.budget, derivative), this.budget);
  }

  #walk(seeds: readonly Seed[], wrt: readonly Value[]): ReverseWalk {
    const walk = this.#between(
      seeds.map(([target]) => target.name),
      wrt.map(({ name }) => name),
    );
    for (const [target, cotangent] of seeds) walk.seed(target, cotangent);
    return walk;
  }

  #between(targets: readonly string[], wrt: readonly string[]): ReverseWalk {
    return new ReverseWalk(this.b, this.b.graph(), { targets, wrt, stops: this.#stops }, this.#rules);
  }

  #reached(inputs: readonly string[], targets: readonly Value[]): readonly string[] {
    const { path } = this.#between(
      targets.map(({ name }) => name),
      inputs,
    );
    const reached = inputs.filter((name) => path.values.has(name));
    return reached.length > 0 ? reached : inputs;
  }
}
