import { Builder } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { inLowestOpset } from '../onnx/builder/lowest-opset.js';
import { Budget } from '../onnx/graph/budget.js';
import type { Graph, Model } from '../onnx/graph/graph.js';
import { namesOf } from '../onnx/graph/subgraphs.js';
import { normalized } from '../onnx/opset/normalize-opset.js';
import { simplifyWithin } from '../onnx/passes/simplify.js';
import type { Ends } from './active.js';
import { recompute } from './checkpoints/recompute.js';
import { withoutSurrogates } from './expansions/straight-through.js';
import { floatNames, noFloats, requireFloat, requireValue } from './names.js';
import type { DerivationOptions, GradOptions } from './options.js';
import { prepare } from './prepare.js';
import { RuleChoice } from './rule-choice.js';
import { settingsAmong } from './settings.js';
import { ReverseWalk } from './walk.js';

/** A value, and the cotangent that a reverse pass starts from there. */
export type Seed = readonly [target: Value, cotangent: Value];

/** A floating-point input that no gradient reaches, or that the rules on its way take for a constant, and why. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

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
  static begin(model: Model, options: DerivationOptions, { targets, wrt, kept = [] }: Targeted): Derivation {
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
    const others = [...(options.keepOutputs ?? []), ...kept];
    const prepared = prepare(normal, ends, others, rules, budget);
    rules.requireUses([normal.graph, prepared.model.graph]);
    return new Derivation(prepared.model, options, budget, rules, prepared.stops, settings);
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
   * @param by what to differentiate by; by default every floating-point input of the graph that a gradient reaches and
   *   that is more than a constant for the rules on its way, or every one if there is none such
   * @throws OneirosError `bad-argument` if a value of `by` has no influence on any target, `unsupported` if every path
   *   to it ends at an operator without a gradient
   */
  pullBack(seeds: readonly Seed[], by: readonly string[] | undefined): Gradients {
    const { wrt, leftOut } = this.#independent(
      by,
      seeds.map(([target]) => target.name),
    );
    const walk = this.#walk(seeds, wrt);
    walk.requireConnection();
    walk.run();
    const constants = by === undefined ? apart(wrt, (name) => walk.whyConstant(name)?.message) : [];
    const names = without(wrt, constants);
    return {
      wrt: names.map((name) => this.b.value(name)),
      cotangents: names.map((name) => walk.gradientBy(name)),
      leftOut: [...leftOut, ...(names === wrt ? [] : constants)],
    };
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

  /** The values to differentiate by, as far as the graph shows before the walk. */
  #independent(
    by: readonly string[] | undefined,
    targets: readonly string[],
  ): { readonly wrt: readonly string[]; readonly leftOut: readonly LeftOut[] } {
    if (by !== undefined) return { wrt: this.#floats(by).map(({ name }) => name), leftOut: [] };
    const inputs = floatNames(this.b, this.graph.inputs);
    if (inputs.length === 0)
      throw noFloats('input', this.b, this.graph.inputs, 'name what to differentiate by in `wrt`');
    const walk = this.#between(
      targets,
      inputs.filter((name) => !this.#settings.has(name)),
    );
    const leftOut = apart(inputs, (name) => this.#settings.get(name) ?? walk.whyUnreached(name)?.message);
    const wrt = without(inputs, leftOut);
    this.#floats(wrt);
    return { wrt, leftOut: wrt === inputs ? [] : leftOut };
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

function apart(names: readonly string[], reason: (name: string) => string | undefined): readonly LeftOut[] {
  return names.flatMap((name) => {
    const why = reason(name);
    return why === undefined ? [] : [{ name, why }];
  });
}

/** The names that are not left out; if none would remain, all, so that their derivation says why it fails. */
function without(names: readonly string[], leftOut: readonly LeftOut[]): readonly string[] {
  if (leftOut.length === names.length) return names;
  const out = new Set(leftOut.map(({ name }) => name));
  return names.filter((name) => !out.has(name));
}
