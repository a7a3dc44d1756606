import { OneirosError } from '../errors.js';
import { Budget } from '../onnx/budget.js';
import type { Value } from '../onnx/builder.js';
import type { Dim, Graph, Model, Shape, ValueInfo } from '../onnx/graph.js';
import { makerOf } from '../onnx/maker.js';
import { normaliseOpset } from '../onnx/opset/normalise.js';
import { Builder, shapeOf } from '../onnx/ops.js';
import { usesOf } from '../onnx/subgraphs.js';
import type { ClassifierParts, CropSettings } from './classifier.js';
import { requirePictureSize } from './picture-limit.js';
import { formatPreprocessing, preprocess, preprocessingOf } from './preprocessing.js';
import type { PretrainedOptions } from './pretrained.js';

export interface ForeignParts extends ClassifierParts {
  /** How many it tells apart; 0 if it is no classifier. */
  readonly classes: number;
}

/**
 * Any network with one picture as its input, 1×3×height×width, as it was exported: its layers are the values of its
 * graph. It can classify if its first output is one row of scores or probabilities.
 * @throws OneirosError `unsupported` if its input is no picture, `too-large` if it is one of more pixels than fit
 */
export function foreignNetwork(
  model: Model,
  name: string,
  { preprocessing = 'none', labels = [], placement }: PretrainedOptions,
): ForeignParts {
  const budget = Budget.for(model);
  const { graph } = normaliseOpset(model, budget);
  const input = imageInput(graph, name);
  const chosen = preprocessingOf(preprocessing);
  const b = new Builder(undefined, budget);
  const image = preprocessing === 'none' ? input.name : freeName(graph, 'image');
  const pixels = b.input(image, 'float32', input.shape);
  if (image !== input.name) preprocess(b, pixels, chosen, input.name);
  b.load(graph);
  const probabilities = addProbabilities(b, graph);
  for (const { name: output } of graph.outputs) b.output(b.value(output));
  return {
    name,
    model: { ...b.model(), metadata: model.metadata },
    image,
    layers: layersFrom(input.name, graph, b),
    notes: [`${name}: its layers are the values of its graph; input: ${formatPreprocessing(chosen)}`],
    placement,
    crop: cropFor(input.shape),
    labels,
    classes: probabilities === null ? 0 : Number(shapeOf(probabilities)[1]),
    probabilities: probabilities?.name ?? null,
    batches: false,
  };
}

interface ImageInput {
  readonly name: string;
  readonly shape: Shape;
}

function imageInput({ inputs }: Graph, network: string): ImageInput {
  const [input, ...others] = inputs;
  const shape = input?.type?.shape ?? [];
  const [batch, channels, height, width] = shape;
  const isPicture = shape.length === 4 && (typeof batch === 'string' || batch === 1) && channels === 3;
  if (input?.type?.dtype !== 'float32' || others.length > 0 || !isPicture)
    throw new OneirosError(
      'unsupported',
      `${network} takes ${inputs.map(describe).join(' and ') || 'nothing'}; expected one picture, float32 [1, 3, height, width]`,
    );
  requirePictureSize(network, shape);
  return { name: input.name, shape: [1, 3, sizeOf(height, 'height'), sizeOf(width, 'width')] };
}

function sizeOf(dim: Dim | undefined, symbol: string): Dim {
  return typeof dim === 'number' ? dim : symbol;
}

function describe({ name, type }: ValueInfo): string {
  return `"${name}" (${type === null ? 'no tensor' : `${type.dtype} [${type.shape?.join(', ') ?? '?'}]`})`;
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

/** The first output as probabilities, where it can be that: scores get their softmax. */
function addProbabilities(b: Builder, { nodes, outputs }: Graph): Value | null {
  const output = outputs[0] && b.value(outputs[0].name);
  const shape = output?.type?.shape ?? [];
  const [, classes, ...positions] = shape;
  const isRow = typeof classes === 'number' && classes > 1 && positions.every((size) => size === 1);
  if (output?.type?.dtype !== 'float32' || !isRow) return null;
  const made = makerOf(nodes, output.name)?.op;
  return made === 'Softmax' ? output : b.op('Softmax', [output], { axis: 1 }, { name: b.fresh('prob') });
}

/** All that is made of the image and could be a layer: channels, or features. */
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

function cropFor([, , height, width]: Shape): CropSettings {
  const crop = {
    width: typeof width === 'number' ? width : 224,
    height: typeof height === 'number' ? height : 224,
  };
  return { resize: Math.round((Math.max(crop.width, crop.height) * 256) / 224), crop };
}
