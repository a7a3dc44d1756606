import { OneirosError } from '../../base/errors.js';
import { NodeRewrite } from '../builder/node-rewrite.js';
import type { Rewriter } from '../builder/rewriter.js';
import { describe } from '../graph/attributes.js';
import { type Node, OPSET } from '../graph/graph.js';

/**
 * How a node of another operator set is expressed in operator set 17, in one step. The first of an operator's rules
 * that fits the version applies; if none fits, the node means the same in 17.
 */
export interface Rule {
  /** For versions below this one. */
  readonly before?: number;
  /** For this version and later ones. */
  readonly from?: number;
  readonly convert: (context: Conversion) => void;
}

export type Rules = Readonly<Record<string, readonly Rule[]>>;

/** One node on its way to operator set 17. */
export class Conversion extends NodeRewrite {
  constructor(
    node: Node,
    readonly version: number,
    b: Rewriter,
  ) {
    super(node, b);
  }

  override fail(what: string): never {
    throw new OneirosError(
      'unsupported',
      `${describe(this.node)} of operator set ${this.version} cannot be expressed in operator set ${OPSET}: ${what}`,
    );
  }
}
