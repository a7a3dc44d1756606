import { OneirosError } from '../../base/errors.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { NodeRewrite } from '../../onnx/builder/node-rewrite.js';
import type { Rewriter } from '../../onnx/builder/rewriter.js';
import { describe } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';

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

  /** @param stops receives the values through which no gradient passes */
  constructor(node: Node, b: Rewriter, stops: Set<string>) {
    super(node, b);
    this.#stops = stops;
  }

  /** The value, as a constant for the gradient: no cotangent passes through it. */
  stop(value: Value): Value {
    this.#stops.add(value.name);
    return value;
  }

  override fail(what: string): never {
    throw new OneirosError('unsupported', `${describe(this.node)} cannot be differentiated with ${what}`);
  }
}
