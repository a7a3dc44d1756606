import { OneirosError } from '../../base/errors.js';
import { decodeModel } from '../../onnx/codec/read.js';
import { encodeModel } from '../../onnx/codec/write.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Graph, Model, Node } from '../../onnx/graph/graph.js';
import { allNamesOf, mapSubgraphs, subgraphsOf } from '../../onnx/graph/subgraphs.js';
import type { Placed } from '../worker/choose-provider.js';

interface PlacedBytes extends Placed {
  readonly model: Uint8Array;
}

/**
 * Finds the nodes that ONNX Runtime's WebGPU provider accepts but computes wrongly or not at all, so that they run on
 * CPU kernels within the same session. Of all operators and settings in spec/autodiff/table.ts, version 1.30 fails on
 * these:
 * - MaxPool with an output for indices: fails at run time
 * - BatchNormalization in training mode: fails at run time
 * - Slice with a negative step that does not start at the end: starts at the end anyway
 *
 * and of networks with wrong results:
 * - Conv from 6, 9, 15, 18 … channels (multiples of 3 but not of 4) to a multiple of 4: wrong sums
 *
 * (Pooling with `ceil_mode`, scatters and operators without a kernel work, or fall back to the CPU by themselves.)
 *
 * @throws OneirosError `unsupported` for a model that computes in float64, which the WebGPU build does not support
 */
export function placeUnsupported(bytes: Uint8Array): PlacedBytes {
  const model = read(bytes);
  if (model === null) return { model: bytes, onCpu: [] };
  requireNoFloat64(model.graph);
  const taken = allNamesOf(model.graph);
  const given: string[] = [];
  const onCpu: string[] = [];
  const dimsOf: Constants = (name) => model.graph.initializers.get(name)?.dims;
  const nameUnsupported = (graph: Graph, around: Constants): Graph => {
    const constantOf: Constants = (name) => constantIn(graph, name) ?? around(name);
    const nodes = graph.nodes.map((node) => {
      const inner =
        subgraphsOf(node).length > 0 ? mapSubgraphs(node, (body) => nameUnsupported(body, constantOf)) : node;
      if (!isUnsupported(inner, constantOf, dimsOf)) return inner;
      const name = inner.name === '' ? freshName(taken) : inner.name;
      if (inner.name === '') given.push(name);
      onCpu.push(name);
      return { ...inner, name };
    });
    return { ...graph, nodes };
  };
  const named = { ...model, graph: nameUnsupported(model.graph, () => undefined) };
  return { model: given.length === 0 ? bytes : encodeModel(named), onCpu };
}

const float64Code = 11;

function requireNoFloat64({ initializers, inputs, nodes }: Graph): void {
  const found =
    [...initializers].find(([, { dtype }]) => dtype === 'float64')?.[0] ??
    inputs.find(({ type }) => type?.dtype === 'float64')?.name ??
    nodes.find((node) => node.op === 'Cast' && attr.int(node, 'to') === float64Code)?.outputs[0];
  if (found !== undefined)
    throw new OneirosError(
      'unsupported',
      `the model computes "${found}" in float64, which onnxruntime-web does not support with WebGPU: choose the provider wasm or auto`,
    );
  for (const body of nodes.flatMap(subgraphsOf)) requireNoFloat64(body);
}

/** `null` if the model cannot be decoded: ONNX Runtime then reports the error. */
function read(bytes: Uint8Array): Model | null {
  try {
    return decodeModel(bytes);
  } catch {
    return null;
  }
}

function freshName(taken: Set<string>): string {
  let i = 0;
  while (taken.has(`on_cpu_${i}`)) i++;
  taken.add(`on_cpu_${i}`);
  return `on_cpu_${i}`;
}

/** Looks up the known numbers of a constant by its name. */
type Constants = (name: string) => readonly number[] | undefined;

function constantIn({ initializers, nodes }: Graph, name: string): readonly number[] | undefined {
  const constant = initializers.get(name);
  if (constant !== undefined)
    return constant.dtype === 'opaque' ? undefined : Array.from<unknown, number>(constant.data, Number);
  const maker = nodes.find(({ op, outputs }) => op === 'Constant' && outputs[0] === name);
  if (maker === undefined) return undefined;
  if (attr.has(maker, 'value_ints')) return attr.ints(maker, 'value_ints');
  return attr.has(maker, 'value')
    ? Array.from<unknown, number>(attr.tensor(maker, 'value').data, Number)
    : undefined;
}

function isUnsupported(node: Node, constantOf: Constants, dimsOf: Constants): boolean {
  if (node.domain !== '') return false;
  switch (node.op) {
    case 'MaxPool':
      return (node.outputs[1] ?? '') !== '';
    case 'BatchNormalization':
      return attr.int(node, 'training_mode', 0) === 1;
    case 'Slice': {
      const [, starts = '', , , steps = ''] = node.inputs;
      if (steps === '') return false;
      const [from, by] = [constantOf(starts), constantOf(steps)];
      return by?.every((step, i) => step > 0 || from?.[i] === -1) !== true;
    }
    case 'Conv': {
      const [outputs = 0, inputs = 0, ...kernel] = dimsOf(node.inputs[1] ?? '') ?? [];
      return (
        inputs > 3 && inputs % 3 === 0 && inputs % 4 !== 0 && outputs % 4 === 0 && kernel.some((k) => k > 1)
      );
    }
    default:
      return false;
  }
}
