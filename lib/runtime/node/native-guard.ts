import { readFile } from 'node:fs/promises';

import { readModel } from '../../onnx/codec/model-files.js';
import { decodeModel, externalReferences } from '../../onnx/codec/read.js';
import { encodeModel } from '../../onnx/codec/write.js';
import { isEqual } from '../../onnx/facts/dim.js';
import { type Facts, unknown } from '../../onnx/facts/facts.js';
import { attr, attributes } from '../../onnx/graph/attributes.js';
import type { Graph, Model, Node } from '../../onnx/graph/graph.js';
import { allNamesOf, mapSubgraphs, subgraphsOf } from '../../onnx/graph/subgraphs.js';
import { inlineFunctions } from '../../onnx/passes/inline-functions.js';
import { besideConstants } from '../../onnx/proto/beside-constants.js';
import { inferModel } from '../../onnx/shapes/infer.js';
import { int64 } from '../../tensor/tensor.js';

/**
 * Prevents crashes in ONNX Runtime's native code. In version 1.30, `Resize` and `Upsample` copy all given scales into a
 * buffer whose length is the rank of their input, and `GatherND` crashes on a negative `batch_dims`.
 *
 * Shape inference rejects such nodes if ranks and lengths are known. If they are known only at run time, a Reshape is
 * inserted before the node: it requires the scales to have the correct length and fails otherwise.
 * @param model the model's bytes, or its path
 * @returns the model, or the bytes of its guarded form
 * @throws OneirosError `bad-input` if the inputs of a node contradict its operator
 */
export async function guardNative(model: Uint8Array | string): Promise<Uint8Array | string> {
  const bytes = typeof model === 'string' ? await readFile(model) : model;
  if (!mentionsDangerous(bytes)) return model;
  const decoded = await decode(model, bytes);
  if (decoded === null) return model;
  const inlined = inlineFunctions(decoded);
  const graph = new ScalesGuard(inlined).guard(inlined.graph);
  return graph === inlined.graph ? model : encodeModel({ ...inlined, graph });
}

/** Searches the bytes for the operators' names: most models contain none of them and need not be decoded. */
function mentionsDangerous(bytes: Uint8Array): boolean {
  return besideConstants(bytes).some(({ buffer, byteOffset, byteLength }) => {
    const text = Buffer.from(buffer, byteOffset, byteLength);
    return ['Resize', 'Upsample', 'GatherND'].some((op) => text.includes(op, 0, 'latin1'));
  });
}

/** `null` if the model cannot be decoded: ONNX Runtime then reports the error. */
async function decode(model: Uint8Array | string, bytes: Uint8Array): Promise<Model | null> {
  try {
    const isWhole = externalReferences(bytes).length === 0;
    return isWhole || typeof model !== 'string' ? decodeModel(bytes) : await readModel(model);
  } catch {
    return null;
  }
}

class ScalesGuard {
  readonly #facts: ReadonlyMap<string, Facts>;
  readonly #taken: Set<string>;

  constructor(model: Model) {
    this.#facts = inferModel(model);
    this.#taken = allNamesOf(model.graph);
  }

  /** Guards each node that needs it; returns the same graph if none does. */
  guard(graph: Graph): Graph {
    const nodes = graph.nodes.flatMap((node) => this.#node(mapChanged(node, (body) => this.guard(body))));
    const isSame = nodes.length === graph.nodes.length && nodes.every((node, i) => node === graph.nodes[i]);
    return isSame ? graph : { ...graph, nodes };
  }

  #node(node: Node): readonly Node[] {
    const at = scalesInput(node);
    if (at === null || this.#isProven(node, at)) return [node];
    const scales = this.#fresh('scales');
    return [...this.#reshape(node, at, scales), { ...node, inputs: node.inputs.with(at, scales) }];
  }

  /** Whether the number of scales equals the number of axes to scale for all feeds. */
  #isProven(node: Node, at: number): boolean {
    const shapeOf = (name = '') => (this.#facts.get(name) ?? unknown).type?.shape;
    const axes = axesOf(node)?.length ?? shapeOf(node.inputs[0])?.length;
    const length = shapeOf(node.inputs[at])?.[0];
    return axes !== undefined && length !== undefined && isEqual(axes, length) === true;
  }

  #reshape(node: Node, at: number, scales: string): readonly Node[] {
    const length = this.#fresh('scales_length');
    const operator = (op: string, inputs: readonly string[], output: string, values = {}): Node => ({
      name: this.#fresh(op.toLowerCase()),
      op,
      domain: '',
      inputs,
      outputs: [output],
      attributes: attributes(values),
    });
    const axes = axesOf(node);
    const sizes = this.#fresh('sizes');
    const lengths =
      axes === null
        ? [operator('Shape', [node.inputs[0] ?? ''], sizes), operator('Shape', [sizes], length)]
        : [operator('Constant', [], length, { value: int64([axes.length]) })];
    return [...lengths, operator('Reshape', [node.inputs[at] ?? '', length], scales)];
  }

  #fresh(hint: string): string {
    let name = `guard_${hint}`;
    for (let i = 1; this.#taken.has(name); i++) name = `guard_${hint}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

/** The index of the input that holds the scales; `null` if the node has none, or has sizes instead. */
function scalesInput({ op, domain, inputs }: Node): number | null {
  if (domain !== '' || (op !== 'Resize' && op !== 'Upsample')) return null;
  // Up to operator set 10, input 1 holds the scales; from 11 on it holds the region (roi), and input 2 the scales.
  const at = inputs.length <= 2 ? 1 : 2;
  return (inputs[at] ?? '') === '' || (inputs[3] ?? '') !== '' ? null : at;
}

function axesOf(node: Node): readonly number[] | null {
  return attr.has(node, 'axes') ? attr.ints(node, 'axes') : null;
}

/** Returns the same node if no subgraph changes. */
function mapChanged(node: Node, change: (graph: Graph) => Graph): Node {
  const mapped = mapSubgraphs(node, change);
  const [before, after] = [subgraphsOf(node), subgraphsOf(mapped)];
  return before.every((graph, i) => graph === after[i]) ? node : mapped;
}
