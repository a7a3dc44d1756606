import { OneirosError } from '../base/errors.js';
import { Builder, dtypeOf } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { inLowestOpset } from '../onnx/builder/lowest-opset.js';
import { Budget } from '../onnx/graph/budget.js';
import type { Graph, Model } from '../onnx/graph/graph.js';
import { normalized } from '../onnx/opset/normalize-opset.js';
import { simplifyWithin } from '../onnx/passes/simplify.js';
import type { Ends } from './active.js';
import { withoutSurrogates } from './expansions/straight-through.js';
import { floatNames, requireFloat, requireValue } from './names.js';
import type { DerivationOptions } from './options.js';
import { prepare } from './prepare.js';
import { RuleChoice } from './rule-choice.js';
import { settingsAmong } from './settings.js';
import { ReverseWalk } from './walk.js';

/** A value, and the cotangent that a reverse pass starts from there. */
export type Seed = readonly [target: Value, cotangent: Value];

/** A floating-point input that no gradient reaches, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** A model being differentiated: its graph as `normalized` writes it, and the builder to which derivatives are added. */
export class Derivation {
  readonly b: Builder;
  readonly #rules: RuleChoice;
  readonly #stops: readonly string[];
  readonly #settings: ReadonlyMap<string, string>;

  private constructor(
    readonly model: Model,
    readonly options: DerivationOptions,
    readonly budget: Budget,
    rules: RuleChoice,
    stops: readonly string[],
    settings: ReadonlyMap<string, string>,
  ) {
    this.b = new Builder(undefined, budget);
    this.b.load(model.graph);
    this.#rules = rules;
    this.#stops = stops;
    this.#settings = settings;
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
    const names = inputs.map(({ name }) => name);
    const settings = settingsAmong(normal.graph, names, (node) => rules.override(node) !== undefined);
    const ends = {
      targets: targets ?? outputs.map(({ name }) => name),
      wrt: wrt ?? names.filter((name) => !settings.has(name)),
      stops: options.stopGradient ?? [],
    };
    const prepared = prepare(normal, ends, options.keepOutputs ?? [], rules, budget);
    rules.requireUses([normal.graph, prepared.model.graph]);
    return new Derivation(prepared.model, options, budget, rules, prepared.stops, settings);
  }

  get graph(): Graph {
    return this.model.graph;
  }

  /**
   * The values to differentiate by: by default every floating-point input of the graph that a gradient from `targets`
   * reaches, or every one if it reaches none.
   */
  independent(
    wrt: readonly string[] | undefined,
    targets: readonly Value[],
  ): { readonly wrt: readonly Value[]; readonly leftOut: readonly LeftOut[] } {
    if (wrt !== undefined) return { wrt: this.#floats(wrt), leftOut: [] };
    const inputs = floatNames(this.b, this.graph.inputs);
    if (inputs.length === 0)
      throw new OneirosError(
        'bad-argument',
        'the model has no floating-point input; name what to differentiate by in `wrt`',
      );
    const walk = this.#between(
      targets.map(({ name }) => name),
      inputs.filter((name) => !this.#settings.has(name)),
    );
    const leftOut = inputs.flatMap((name) => {
      const why = this.#settings.get(name) ?? walk.whyUnreached(name)?.message;
      return why === undefined ? [] : [{ name, why }];
    });
    if (leftOut.length === inputs.length) return { wrt: this.#floats(inputs), leftOut: [] };
    const unreached = new Set(leftOut.map(({ name }) => name));
    return { wrt: this.#floats(inputs.filter((name) => !unreached.has(name))), leftOut };
  }

  /**
   * The values to be differentiated: by default every floating-point output of the graph, except inputs that it passes
   * on.
   */
  dependent(outputs: readonly string[] | undefined): readonly Value[] {
    if (outputs !== undefined) return this.#floats(outputs);
    const inputs = new Set(this.graph.inputs.map(({ name }) => name));
    const names = floatNames(this.b, this.graph.outputs).filter((name) => !inputs.has(name));
    // An unknown operator, rather than that there is no such output.
    if (names.length === 0) for (const { name } of this.graph.outputs) dtypeOf(this.b.value(name));
    if (names.length === 0)
      throw new OneirosError(
        'bad-argument',
        'the model computes no floating-point output; name what to differentiate in `outputs`',
      );
    return this.#floats(names);
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
      graph: withoutSurrogates(b.graph(`${graph.name}, differentiated`)),
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

  #floats(names: readonly string[]): readonly Value[] {
    return names.map((name) => requireFloat(this.b, name, this.graph));
  }
}
