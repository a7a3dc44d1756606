import { Builder } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { inLowestOpset } from '../onnx/builder/lowest-opset.js';
import { Budget } from '../onnx/graph/budget.js';
import type { Graph, Model, Node } from '../onnx/graph/graph.js';
import { namesOf } from '../onnx/graph/subgraphs.js';
import { normalized } from '../onnx/opset/normalize-opset.js';
import { simplifyWithin } from '../onnx/passes/simplify.js';
import type { Ends } from './active-path.js';
import { recompute } from './checkpoints/recompute.js';
import { type DefaultWrt, defaultWrt, type LeftOut } from './default-wrt.js';
import { withoutSurrogates } from './expansions/straight-through.js';
import { floatNames, noFloats, requireFloat, requireValue } from './names.js';
import type { DerivationOptions, GradOptions } from './options.js';
import { prepare } from './prepare.js';
import { RuleChoice } from './rule-choice.js';
import { ReverseWalk } from './walk.js';

/** A value, and the cotangent that a reverse pass starts from there. */
export type Seed = readonly [target: Value, cotangent: Value];

/** The cotangents of the values of `wrt`, in their order, and the inputs that the default of `wrt` leaves out. */
export interface Gradients {
  readonly wrt: readonly Value[];
  readonly cotangents: readonly Value[];
  readonly leftOut: readonly LeftOut[];
}

/** What is differentiated by what, as far as the caller says so, and other values that keep their names. */
interface Targeted {
  readonly targets: Ends['targets'] | undefined;
  readonly wrt: Ends['wrt'] | undefined;
  readonly kept?: readonly string[];
}

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
  static begin(model: Model, options: DerivationOptions, { targets, wrt, kept = [] }: Targeted): Derivation {
    const budget = Budget.for(model);
    const normal = normalized(model, budget);
    const { inputs, outputs } = normal.graph;
    const rules = new RuleChoice(options.overrides);
    const ends = {
      targets: targets ?? outputs.map(({ name }) => name),
      wrt: wrt ?? inputs.map(({ name }) => name),
      stops: options.stopGradient ?? [],
    };
    const others = [...(options.keepOutputs ?? []), ...kept];
    const prepared = prepare(normal, ends, others, rules, budget);
    rules.requireUses([normal.graph, prepared.model.graph]);
    return new Derivation(prepared.model, options, budget, rules, prepared.stops);
  }

  get graph(): Graph {
    return this.model.graph;
  }

  /**
   * The values to be differentiated: by default every floating-point output of the graph, except inputs that it passes
   * on.
   */
  dependent(outputs: readonly string[] | undefined): readonly Value[] {
    if (outputs !== undefined) return this.#floats(outputs);
    const inputs = new Set(this.graph.inputs.map(({ name }) => name));
    const names = floatNames(this.b, this.graph.outputs).filter((name) => !inputs.has(name));
    if (names.length === 0)
      throw noFloats('output', this.b, this.graph.outputs, 'name what to differentiate in `outputs`');
    return this.#floats(names);
  }

  /**
   * A reverse pass over the graph.
   * @param by what to differentiate by; by default as `defaultWrt` says
   * @throws OneirosError `bad-argument` if a value of `by` has no influence on any target, `unsupported` if every path
   *   to it ends at an operator without a gradient
   */
  pullBack(seeds: readonly Seed[], by: readonly string[] | undefined): Gradients {
    const { wrt, leftOut } = by === undefined ? this.#defaultWrt(seeds) : { wrt: by, leftOut: [] };
    const values = this.#floats(wrt);
    const walk = this.#walk(seeds, wrt);
    walk.requireConnection();
    walk.run();
    return { wrt: values, cotangents: wrt.map((name) => walk.gradientBy(name)), leftOut };
  }

  /** The same for given values, with zeros where no gradient arrives: correct for derivatives of derivatives, which may vanish. */
  pullBackOrZero(seeds: readonly Seed[], wrt: readonly Value[]): readonly Value[] {
    const walk = this.#walk(
      seeds,
      wrt.map(({ name }) => name),
    );
    walk.run();
    return wrt.map((value) => walk.cotangentOf(value.name) ?? this.b.fillLike(value, 0));
  }

  /**
   * The model with the outputs it keeps, then the derived ones.
   * @param checkpoints of its values, those that the derivatives do not compute again
   */
  finish(
    derived: readonly (readonly [name: string, value: Value])[],
    checkpoints?: GradOptions['checkpoints'],
  ): Model {
    const { b, graph } = this;
    const kept = this.options.keepOutputs ?? graph.outputs.map(({ name }) => name);
    for (const name of kept) b.output(requireValue(b, name, graph));
    for (const [name, value] of derived) b.output(value, name);
    const derivative = {
      ...this.model,
      graph: withoutSurrogates(b.graph(`${graph.name}, differentiated`)),
      producer: 'oneiros',
    };
    const simple = simplifyWithin(this.budget, derivative);
    if (checkpoints === undefined) return inLowestOpset(simple, this.budget);
    const values = namesOf(graph);
    const isForward = (name: string) => values.has(name) || kept.includes(name);
    return inLowestOpset(recompute(simple, isForward, checkpoints, this.budget), this.budget);
  }

  #defaultWrt(seeds: readonly Seed[]): DefaultWrt {
    const targets = seeds.map(([target]) => target.name);
    const hasOwnRule = (node: Node) => this.#rules.override(node) !== undefined;
    return defaultWrt(this.b, this.graph, hasOwnRule, (inputs) => this.#between(targets, inputs));
  }

  #walk(seeds: readonly Seed[], wrt: readonly string[]): ReverseWalk {
    const walk = this.#between(
      seeds.map(([target]) => target.name),
      wrt,
    );
    for (const [target, cotangent] of seeds) walk.seed(target, cotangent);
    return walk;
  }

  #between(targets: readonly string[], wrt: readonly string[]): ReverseWalk {
    return new ReverseWalk(this.b, this.b.graph(), { targets, wrt, stops: this.#stops }, this.#rules);
  }

  #floats(names: readonly string[]): readonly Value[] {
    return names.map((name) => requireFloat(this.b, name, this.graph));
  }
}
