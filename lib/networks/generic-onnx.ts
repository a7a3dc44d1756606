import { OneirosError } from '../base/errors.js';
import { batchedIfSafe } from '../models/input/batched.js';
import { type GraphOutputs } from '../models/input/class-head.js';
import { feedFor } from '../models/input/feed.js';
import { type PictureInput, pictureInput } from '../models/input/picture-input.js';
import { requirePictureSize } from '../models/input/picture-limit.js';
import {
  type Preprocessing,
  type PreprocessingName,
  preprocessingOf,
} from '../models/input/preprocessing.js';
import { readNetworkMetadata } from '../models/metadata.js';
import { spreadsOf } from '../models/output-activation/infer-spreads.js';
import { Builder } from '../onnx/builder/builder.js';
import type { Value } from '../onnx/builder/graph-builder.js';
import { Budget } from '../onnx/graph/budget.js';
import type { Graph, Model, Node, Shape } from '../onnx/graph/graph.js';
import { allNamesOf, usesOf } from '../onnx/graph/subgraphs.js';
import { normalized } from '../onnx/opset/normalize-opset.js';
import type { Placement } from '../runtime/types.js';
import { isFloat } from '../tensor/dtype.js';
import type { NetworkParts } from './image-network.js';

export interface GenericOptions {
  /** The preprocessing it was trained with. @default the metadata `input`; otherwise RGB in [0, 1] unchanged */
  readonly preprocessing?: PreprocessingName | Preprocessing | undefined;
  readonly placement?: Placement | undefined;
}

/** A graph from a file, adapted to the input of all networks here: one picture, 1×3×height×width RGB in [0, 1]. */
export interface GenericGraph extends GraphOutputs {
  /** The name of the adapted input. */
  readonly image: string;
  readonly shape: Shape;
  /** The nodes of the file, as `normalized` writes them. */
  readonly nodes: readonly Node[];
  readonly layers: readonly string[];
  /** A description of the input, for a note. */
  readonly input: string;
  /** Returns the model, including the nodes added with `b` so far. */
  readonly model: () => Model;
}

/**
 * Adapts any network whose only input is a picture: channels first or last, color or luminance, float32 or another
 * type, one picture or a fixed batch.
 * @throws OneirosError `unsupported` if its input is not a picture; `too-large` if its fixed size has too many pixels
 */
export function genericGraph(
  model: Model,
  name: string,
  { preprocessing }: Pick<GenericOptions, 'preprocessing'>,
): GenericGraph {
  const budget = Budget.for(model);
  const normal = normalized(model, budget);
  const input = pictureInput(normal.graph, name);
  requirePictureSize(name, input);
  const { graph, repeats } = ofOnePicture(normal, input);
  const stated = preprocessing ?? readNetworkMetadata(model.metadata).input;
  const feed = feedFor(input, preprocessingOf(stated ?? 'none'), repeats, name);
  const b = new Builder(undefined, budget);
  b.reserve(allNamesOf(graph));
  const image = feed.build === null ? input.name : freeName(graph, 'image');
  const shape = [1, 3, input.height, input.width];
  const pixels = b.input(image, 'float32', shape);
  feed.build?.(b, pixels);
  b.load(graph);
  const ofOne = (value: string) => firstPicture(b, b.value(value), repeats);
  const outputs = new Map(graph.outputs.map((output) => [output.name, ofOne(output.name)]));
  return {
    b,
    outputs,
    ofOne,
    spreads: spreadsOf(graph.nodes, (value) => (b.has(value) ? b.value(value) : undefined)),
    image,
    shape,
    nodes: graph.nodes,
    layers: layersFrom(input.name, graph, b),
    input: stated === undefined ? `${feed.about} (assumed: its file does not state it)` : feed.about,
    model: () => {
      const whole = b.model();
      const typed = graph.outputs.map(({ name }) => ({ name, type: b.value(name).type }));
      return { ...whole, graph: { ...whole.graph, outputs: typed }, metadata: model.metadata };
    },
  };
}

/** The parts that networks of all kinds share. */
export function genericParts(
  graph: GenericGraph,
  name: string,
  placement: Placement | undefined,
): NetworkParts {
  const { image, layers, input } = graph;
  const note = `${name}: its layers are the values of its graph; input: ${input}`;
  return { name, model: graph.model(), image, layers, notes: [note], placement };
}

/**
 * Converts a graph with a fixed batch size to one picture if its nodes do not mix pictures. Otherwise the graph stays
 * as it is, and the picture is repeated.
 */
function ofOnePicture(
  model: Model,
  { batch, name }: PictureInput,
): { readonly graph: Graph; readonly repeats: number } {
  const { graph } = model;
  if (batch === 1) return { graph, repeats: 1 };
  const inputs = graph.inputs.map((info) =>
    info.name === name && info.type?.shape
      ? { name, type: { ...info.type, shape: [1, ...info.type.shape.slice(1)] } }
      : info,
  );
  // Declared types of other values are dropped: they hold for the whole batch.
  const outputs = graph.outputs.map((output) => ({ name: output.name, type: null }));
  const single = { ...model, graph: { ...graph, inputs, outputs, values: new Map<string, never>() } };
  try {
    const safe = batchedIfSafe(single, name);
    return safe === null ? { graph, repeats: batch } : { graph: { ...safe.graph, inputs }, repeats: 1 };
  } catch (error) {
    // A Reshape to a fixed number of pictures contradicts a batch of one.
    if (error instanceof OneirosError && error.code === 'bad-input') return { graph, repeats: batch };
    throw error;
  }
}

/** The part of a value that belongs to the first picture; other floating-point types are cast to float32. */
function firstPicture(b: Builder, value: Value, repeats: number): Value {
  const { type } = value;
  const single = repeats > 1 && type?.shape?.[0] === repeats ? b.slice(value, [0], [0], [1]) : value;
  return type !== null && isFloat(type.dtype) ? b.cast(single, 'float32') : single;
}

function freeName({ nodes, initializers, inputs }: Graph, hint: string): string {
  const taken = new Set([
    ...nodes.flatMap((node) => node.outputs),
    ...initializers.keys(),
    ...inputs.map(({ name }) => name),
  ]);
  let name = hint;
  while (taken.has(name)) name += '_';
  return name;
}

/** The values that depend on the image and can be layers: float32 with at least two axes. */
function layersFrom(image: string, { nodes }: Graph, b: Builder): readonly string[] {
  const made = new Set([image]);
  const layers: string[] = [];
  for (const node of nodes) {
    if (!usesOf(node).some((name) => made.has(name))) continue;
    for (const name of node.outputs.filter((output) => output !== '')) {
      made.add(name);
      const { type } = b.value(name);
      if (type?.dtype === 'float32' && (type.shape?.length ?? 0) >= 2) layers.push(name);
    }
  }
  return layers;
}
