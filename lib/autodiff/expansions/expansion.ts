import { OneirosError } from '../../base/errors.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { NodeRewrite } from '../../onnx/builder/node-rewrite.js';
import type { Rewriter } from '../../onnx/builder/rewriter.js';
import { describe } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { replaceGradient } from './straight-through.js';

/**
 * How a node that lies between the targets and the values to differentiate by is written with operators that have
 * gradient rules. Nodes elsewhere stay as they are.
 */
export type Expand = (context: Expansion) => void;

/** Expansions by operator: `LSTM`, or `com.microsoft.FusedConv` for one of another domain than ONNX's. */
export type Expansions = Readonly<Record<string, Expand>>;

/** One node on its way to operators with gradient rules. */
export class Expansion extends NodeRewrite {
  readonly #stops: Set<string>;
  readonly #twins: Map<string, Value>;

  /**
   * @param stops receives the values through which no gradient passes
   * @param twins quantized integers, by name, as floating-point numbers that have a gradient
   */
  constructor(node: Node, b: Rewriter, stops: Set<string>, twins: Map<string, Value>) {
    super(node, b);
    this.#stops = stops;
    this.#twins = twins;
  }

  /** The value, as a constant for the gradient: no cotangent passes through it. */
  stop(value: Value): Value {
    this.#stops.add(value.name);
    return value;
  }

  /** The same numbers in floating point and with a gradient, for integers that come from a quantized value. */
  twin(value: Value): Value | undefined {
    return this.#twins.get(value.name);
  }

  /**
   * Keeps the node, whose results are integers; they get these twins, which have their shapes and about their values.
   * Nothing else depends on the node for the gradient.
   */
  integers(surrogates: readonly (Value | undefined)[]): void {
    const { b, node } = this;
    for (const [i, result] of b.append(node).entries()) {
      const surrogate = surrogates[i];
      if (result.name === '') continue;
      this.stop(result);
      if (surrogate === undefined) continue;
      const exact = b.cast(result, surrogate.type?.dtype ?? 'float32');
      this.#twins.set(result.name, replaceGradient(b, exact, surrogate));
    }
  }

  /** Keeps the node and its floating-point result, which is differentiated as if it were the surrogate. */
  float(surrogate: Value): void {
    const { b, node } = this;
    const [output = ''] = node.outputs;
    const [result] = b.append({ ...node, outputs: [b.fresh(output)] });
    if (result !== undefined) replaceGradient(b, this.stop(result), surrogate, output);
  }

  override fail(what: string): never {
    throw new OneirosError('unsupported', `${describe(this.node)} cannot be differentiated with ${what}`);
  }
}
