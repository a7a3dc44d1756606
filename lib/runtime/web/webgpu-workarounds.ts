import { OneirosError } from '../../base/errors.js';
import { decodeModel } from '../../onnx/codec/read.js';
import { encodeModel } from '../../onnx/codec/write.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Graph, Model, Node } from '../../onnx/graph/graph.js';
import { allNamesOf, mapSubgraphs, subgraphsOf } from '../../onnx/graph/subgraphs.js';
import type { Placed } from '../worker/engine.js';

interface PlacedBytes extends Placed {
  readonly model: Uint8Array;
}

/**
 * Finds the nodes that ONNX Runtime's WebGPU provider takes but cannot do, so that they run by the CPU's kernels within the
 * same session. These are what it lacked, as of 1.30, of every operator and setting in spec/autodiff/table.ts:
 * - MaxPool that tells the places of its maxima: refused when it runs
 * - BatchNormalization that trains: refused when it runs
 * - Slice backwards from elsewhere than the end: begins at the end all the same
 *
 * and of networks whose results it got wrong:
 * - Conv from 6, 9, 15, 18 … channels, multiples of 3 and not of 4, to a multiple of 4: other sums altogether
 *
 * (Rounded-up pooling, scatters and what it has no kernel for, it does or leaves to the CPU by itself.)
 *
 * @throws OneirosError `unsupported` for a model that computes in float64, which the build with WebGPU has nowhere
 */
export function placeLacking(bytes: Uint8Array): PlacedBytes {
  const model = read(bytes);
  if (model === null) return { model: bytes, onCpu: [] };
  requireNoFloat64(model.graph);
  const taken = allNamesOf(model.graph);
  const given: string[] = [];
  const onCpu: string[] = [];
  const dimsOf: Constants = (name) => model.graph.initializers.get(name)?.dims;
  const nameLacking = (graph: Graph, around: Constants): Graph => {
    const constantOf: Constants = (name) => constantIn(graph, name) ?? around(name);
    const nodes = graph.nodes.map((node) => {
      const inner =
        subgraphsOf(node).length > 0 ? mapSubgraphs(node, (body) => nameLacking(body, constantOf)) : node;
      if (!isLacking(inner, constantOf, dimsOf)) return inner;
      const name = inner.name === '' ? freshName(taken) : inner.name;
      if (inner.name === '') given.push(name);
      onCpu.push(name);
      return { ...inner, name };
    });
    return { ...graph, nodes };
  };
  const named = { ...model, graph: nameLacking(model.graph, () => undefined) };
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
      `the model computes "${found}" in float64, which onnxruntime-web has without WebGPU alone: choose the provider wasm, or auto`,
    );
  for (const body of nodes.flatMap(subgraphsOf)) requireNoFloat64(body);
}

/** What cannot be read here is left to ONNX Runtime, which says so better than could be said of half a model. */
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

/** Numbers that are known of a constant, where the name is one's. */
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

function isLacking(node: Node, constantOf: Constants, dimsOf: Constants): boolean {
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
