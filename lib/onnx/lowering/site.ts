import type { Builder } from '../builder/builder.js';
import type { Value } from '../builder/graph-builder.js';
import type { Dim, Graph, Node } from '../graph/graph.js';
import type { Bounds } from './bounds.js';

/** A node of the model that is lowered, and what a form may know about it. */
export class Site {
  constructor(
    readonly node: Node,
    readonly b: Builder,
    readonly origins: Origins,
    readonly bounds: Bounds,
  ) {}

  /** The value at an input, `undefined` if the node leaves it out. */
  input(index: number): Value | undefined {
    const name = this.node.inputs[index] ?? '';
    return name === '' ? undefined : this.b.value(name);
  }

  /** The shape of an input that is a float32 tensor of known rank, otherwise `null`. */
  floatShape(index: number): readonly Dim[] | null {
    const type = this.input(index)?.type;
    return type?.dtype === 'float32' ? type.shape : null;
  }

  /** The number of a constant of rank 0, which changes no shape; `undefined` for any other input. */
  scalar(index: number): number | undefined {
    const name = this.node.inputs[index] ?? '';
    const constant = this.input(index)?.constant;
    if (constant?.dims.length !== 0 || constant.dtype === 'string') return undefined;
    return this.origins.isConstant(name) ? Number(constant.data[0]) : undefined;
  }

  /** The node of the model that makes an input. */
  maker(index: number): Node | undefined {
    return this.origins.maker(this.node.inputs[index] ?? '');
  }
}

/** How the values of a graph come about. */
export class Origins {
  readonly #makers = new Map<string, Node>();
  readonly #constants: Set<string>;

  constructor({ initializers, inputs, nodes }: Graph) {
    // An initializer that is an input too can be replaced by the caller.
    const given = new Set(inputs.map(({ name }) => name));
    this.#constants = new Set([...initializers.keys()].filter((name) => !given.has(name)));
    for (const node of nodes) {
      for (const output of node.outputs) this.#makers.set(output, node);
      const isConstant =
        node.op === 'Constant' ||
        (node.inputs.length > 0 && node.inputs.every((name) => this.isConstant(name)));
      if (isConstant && layouts.has(node.op)) for (const output of node.outputs) this.#constants.add(output);
    }
  }

  maker(name: string): Node | undefined {
    return this.#makers.get(name);
  }

  /** Whether a value is a constant, or one that is only arranged differently: ONNX Runtime computes it once. */
  isConstant(name: string): boolean {
    return name === '' || this.#constants.has(name);
  }
}

const layouts = new Set(['Constant', 'Identity', 'Reshape', 'Slice', 'Squeeze', 'Transpose', 'Unsqueeze']);
