import { grad } from '../../lib/autodiff/grad.js';
import type { RuleTable } from '../../lib/autodiff/rules/rule.js';
import { Builder } from '../../lib/onnx/builder/builder.js';
import { attributes } from '../../lib/onnx/graph/attributes.js';
import { type Graph, type Model, type Node, OPSET } from '../../lib/onnx/graph/graph.js';
import { renameGraph } from '../../lib/onnx/graph/rename.js';
import { normalizeOpset } from '../../lib/onnx/opset/normalize-opset.js';
import type { FloatDType } from '../../lib/tensor/dtype.js';
import { type Random, random } from '../../lib/tensor/random.js';
import { numberToHalf, sizeOf, type Tensor, tensor } from '../../lib/tensor/tensor.js';
import { type Draw, type Row, titleOf, type Variant } from './row.js';

export interface Run {
  readonly row: Row;
  readonly variant: Variant;
  /** Rules to check instead of the table's. */
  readonly overrides?: RuleTable;
}

/** An input to differentiate by: where, along which direction, and what its name is. */
export interface Moved {
  readonly name: string;
  readonly draw: Draw;
  readonly point: readonly number[];
  readonly direction: readonly number[];
}

/** A row as two models whose names begin with `prefix`, so that many fit into one session. */
export interface Prepared {
  readonly run: Run;
  readonly prefix: string;
  readonly dtype: FloatDType;
  readonly forward: Model;
  readonly gradient: Model;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly moved: readonly Moved[];
  readonly random: Random;
}

export function prepare(run: Run, prefix: string, dtype: FloatDType): Prepared {
  const { row, variant } = run;
  const r = random(seedOf(`${titleOf(row)} ${variant}`));
  const inputs = row.inputs.map((input, i) => ({ input, name: `x${i}` }));
  const drawn = inputs.flatMap(({ input, name }) =>
    input === undefined || 'dtype' in input
      ? []
      : [{ name, draw: input, point: input.sample(r, sizeOf(input.dims)) }],
  );
  const model = modelOf(run, dtype);
  const moving = drawn.filter(({ draw }) => draw.role !== 'held');
  const runnable = row.options.lacksKernel ? normalizeOpset(model) : model;
  const gradient = grad(model, {
    wrt: moving.map(({ name }) => name),
    overrides: { operators: overridesFor(model, run.overrides ?? {}) },
  });
  return {
    run,
    prefix,
    dtype,
    forward: { ...runnable, graph: prefixed(runnable.graph, prefix) },
    gradient: { ...gradient, graph: prefixed(gradient.graph, prefix) },
    feeds: Object.fromEntries(
      drawn.map(({ name, draw, point }) => [prefix + name, tensorOf(dtype, point, draw.dims)]),
    ),
    moved: moving.map(({ name, draw, point }) => ({
      name: prefix + name,
      draw,
      point,
      direction: point.map(
        () => (r.uniform() < 0.5 ? -1 : 1) * (draw.whole ? r.integer(1, 2) : 0.5 + r.uniform() / 2),
      ),
    })),
    random: r,
  };
}

/** The rules for operators that the model has. */
function overridesFor({ graph }: Model, overrides: RuleTable): RuleTable {
  const operators = new Set(graph.nodes.map(({ op }) => op));
  return Object.fromEntries(Object.entries(overrides).filter(([op]) => operators.has(op)));
}

/** The row as a model, in which every draw is an input. */
export function modelOf({ row, variant }: Run, dtype: FloatDType): Model {
  const { op, inputs, options } = row;
  const b = new Builder();
  const values = inputs.map((input, i) => {
    if (input === undefined) return undefined;
    if ('dtype' in input) return b.constant(input, `x${i}`);
    const isOpen = variant === 'symbolic' && input.role === 'image';
    const shape = input.dims.map((size, axis) => (isOpen ? `${seedOf(titleOf(row))}_${i}_${axis}` : size));
    return b.input(`x${i}`, dtype, shape);
  });
  const opsets = new Map([
    ['', options.opset ?? OPSET],
    ['com.microsoft', 1],
  ]);
  if (options.build) {
    const results = [options.build(b, values)].flat();
    results.forEach((result, i) => b.output(result, `y${i}`));
    return { ...b.model(), opsets };
  }
  const node: Node = {
    name: 'node',
    op: op.slice(op.lastIndexOf('.') + 1),
    domain: op.slice(0, Math.max(0, op.lastIndexOf('.'))),
    inputs: values.map((value) => value?.name ?? ''),
    outputs: Array.from({ length: options.outputs ?? 1 }, (_, i) => `y${i}`),
    attributes: attributes(row.attributes),
  };
  const graph: Graph = {
    ...b.graph(),
    nodes: [node],
    outputs: node.outputs.map((name) => ({ name, type: null })),
  };
  return { ...b.model(), graph, opsets };
}

export function prefixed(graph: Graph, prefix: string): Graph {
  const renamed = renameGraph(graph, (name) => prefix + name);
  return { ...renamed, nodes: renamed.nodes.map((node) => ({ ...node, name: prefix + node.name })) };
}

/** One model of many, whose names differ by their prefixes. */
export function merged(models: readonly Model[]): Model {
  const [first] = models;
  if (first === undefined) throw new RangeError('no models to merge');
  const graphs = models.map(({ graph }) => graph);
  return {
    ...first,
    graph: {
      name: 'rows',
      nodes: graphs.flatMap(({ nodes }) => nodes),
      inputs: graphs.flatMap(({ inputs }) => inputs),
      outputs: graphs.flatMap(({ outputs }) => outputs),
      initializers: new Map(graphs.flatMap(({ initializers }) => [...initializers])),
      values: new Map(),
    },
  };
}

export function tensorOf(dtype: FloatDType, values: readonly number[], dims: readonly number[]): Tensor {
  if (dtype === 'float64') return tensor(dtype, Float64Array.from(values), dims);
  if (dtype === 'float32') return tensor(dtype, Float32Array.from(values), dims);
  return tensor(dtype, Uint16Array.from(values, numberToHalf), dims);
}

/** Each row has its own random stream, so that rows can be added and removed. */
function seedOf(text: string): number {
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}
