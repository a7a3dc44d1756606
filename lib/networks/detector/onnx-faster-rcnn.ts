import { OneirosError } from '../../base/errors.js';
import { resize } from '../../image/geometry/resize.js';
import type { Image, Size } from '../../image/image.js';
import { requirePictureSize } from '../../models/input/picture-limit.js';
import { readNetworkMetadata } from '../../models/metadata.js';
import type { Dim, Graph, Model, OpaqueTensor, Shape, ValueInfo } from '../../onnx/graph/graph.js';
import { normalizeOpset } from '../../onnx/opset/normalize-opset.js';
import { inferModel } from '../../onnx/shapes/infer.js';
import type { Placement } from '../../runtime/types.js';
import { numbersOf } from '../../tensor/results.js';
import { float32, type Tensor } from '../../tensor/tensor.js';
import { coco80, coco91 } from './coco-labels.js';
import { type Box, type Detection, Detector, type DetectSettings } from './detector.js';
import { letterbox, outOfLetterbox } from './letterbox.js';

export interface ExportedFasterRcnnOptions {
  /** @default 'Faster R-CNN' */
  readonly name?: string | undefined;
  /** @default the metadata `classes`; otherwise COCO's as the exporter numbers them, if it has as many, or by number */
  readonly labels?: readonly string[] | undefined;
  readonly placement?: Placement | undefined;
}

/** The inputs and outputs of an exported Faster R-CNN. */
interface Signature {
  /**
   * `torchvision`: takes RGB in [0, 1], and resizes it in the graph. `zoo`: the ONNX model zoo's FasterRCNN-10 and -12,
   * from maskrcnn-benchmark; they take BGR minus its mean, resized and padded, and give boxes in pixels of that input.
   */
  readonly kind: 'torchvision' | 'zoo';
  readonly image: string;
  /** The shape of the input; height and width may be symbols. */
  readonly shape: Shape;
  readonly boxes: string;
  readonly labels: string;
  readonly scores: string;
}

/** The input and outputs of FasterRCNN-10 and -12, as the model zoo documents them. */
const zoo = {
  outputs: { boxes: '6379', labels: '6381', scores: '6383' },
  shorterSide: 800,
  multiple: 32,
  /** Blue, green and red, in 0…255. */
  mean: [102.9801, 115.9465, 122.7717],
  labels: ['background', ...coco80],
} as const;

/** A Faster R-CNN exported as one ONNX graph from pictures to detections, by torchvision or from the ONNX model zoo. */
export class ExportedFasterRcnn extends Detector {
  readonly #signature: Signature;

  /** @throws OneirosError `unsupported` if the model is not an exported Faster R-CNN */
  constructor(model: Model, { name = 'Faster R-CNN', labels, placement }: ExportedFasterRcnnOptions = {}) {
    const signature = exportedFasterRcnnSignature(model);
    if (signature === null)
      throw new OneirosError(
        'unsupported',
        `${name} is not an exported Faster R-CNN: expected one picture [3, height, width], and boxes [n, 4], labels [n] and scores [n]`,
      );
    const [height = '', width = ''] = signature.shape.slice(-2);
    requirePictureSize(name, { height, width });
    const isZoo = signature.kind === 'zoo';
    const normal = normalizeOpset(model);
    const classes = scoredClasses(normal, signature.scores);
    const named = namesFor(labels ?? readNetworkMetadata(model.metadata).classes, classes, isZoo, name);
    super({
      name,
      model: normal,
      image: signature.image,
      layers: [],
      notes: [
        `${name}: a Faster R-CNN, exported as by ${isZoo ? 'the ONNX model zoo' : 'torchvision'}`,
        `${name}: input: ${isZoo ? `BGR, 0..255, minus mean (${zoo.mean.join(',')})` : `RGB, 0..1${normalizes(normal.graph, signature.image) ? ', normalized in its graph' : ' (assumed: its graph does not normalize it)'}`}`,
        `${name}: ${named.about}`,
      ],
      placement,
      labels: named.labels,
    });
    this.#signature = signature;
  }

  protected async find(
    picture: Image,
    { score, limit, signal }: DetectSettings,
  ): Promise<readonly Detection[]> {
    const { boxes, labels, scores, shape, kind } = this.#signature;
    const { pixels, scale } = kind === 'zoo' ? zooInput(picture) : torchvisionInput(picture, shape);
    const dims = [...(shape.length === 4 ? [1] : []), 3, pixels.height, pixels.width];
    const results = await this.run([boxes, labels, scores], float32(pixels.data, dims), signal);
    const [edges, numbers, sure] = [boxes, labels, scores].map((output) => numbersOf(results, output));
    return Array.from(sure!, (found, i): Detection => {
      const labelId = numbers![i]!;
      return { box: boxAt(edges!, i, scale, picture), label: this.labelOf(labelId), labelId, score: found };
    })
      .filter((detection) => detection.score >= score)
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  }
}

/** The inputs and outputs of an exported Faster R-CNN; `null` for any other model. */
export function exportedFasterRcnnSignature({ graph }: Model): Signature | null {
  const [input, ...others] = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const shape = input?.type?.shape ?? [];
  const [channels, ...batch] = shape.slice(0, -2).reverse();
  if (input?.type?.dtype !== 'float32' || others.length > 0 || channels !== 3 || batch.length > 1)
    return null;
  if (batch.length === 1 && batch[0] !== 1 && typeof batch[0] !== 'string') return null;
  const given = { image: input.name, shape };
  const names = new Set(graph.outputs.map(({ name }) => name));
  if (Object.values(zoo.outputs).every((name) => names.has(name)))
    return { kind: 'zoo', ...given, ...zoo.outputs };
  const boxes = graph.outputs.find((output) => isList(output, 'float32', 2) && lastDim(output) === 4);
  const scores = graph.outputs.find((output) => isList(output, 'float32', 1));
  const labels = graph.outputs.find((output) => isList(output, 'int64', 1));
  if (graph.outputs.length !== 3 || !boxes || !scores || !labels) return null;
  return { kind: 'torchvision', ...given, boxes: boxes.name, labels: labels.name, scores: scores.name };
}

interface Names {
  readonly labels: readonly string[];
  readonly about: string;
}

/**
 * The names of classes, background included.
 * @param classes the number of classes, background included; `null` if unknown
 * @throws OneirosError `bad-argument` if the number of names differs from the number of classes
 */
function namesFor(
  given: readonly string[] | undefined,
  classes: number | null,
  isZoo: boolean,
  name: string,
): Names {
  if (given !== undefined && classes !== null && given.length !== classes)
    throw new OneirosError(
      'bad-argument',
      `${name} has ${classes} classes, background included, but ${given.length} names were given`,
    );
  if (given !== undefined) return { labels: given, about: `its classes are ${given.join(', ')}` };
  const usual = isZoo ? zoo.labels : coco91;
  if (classes === usual.length)
    return { labels: usual, about: `its ${classes} classes have no names: COCO’s are assumed` };
  const count = classes === null ? 'an unknown number of classes' : `${classes} classes`;
  return { labels: [], about: `it has ${count} without names: they are given by number` };
}

/** Operators that select, rearrange or rescale the numbers of their first input. */
const selecting = new Set(
  'Gather GatherND GatherElements Slice Split Reshape Flatten Squeeze Unsqueeze Transpose TopK Concat Identity Cast Compress Expand Clip Sqrt Mul'.split(
    ' ',
  ),
);

/** The number of classes, background included: the size of the activation that the scores were selected from. */
function scoredClasses(model: Model, scores: string): number | null {
  const makers = new Map(
    model.graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );
  let maker = makers.get(scores);
  while (maker !== undefined && selecting.has(maker.op)) maker = makers.get(maker.inputs[0] ?? '');
  if (maker?.op !== 'Softmax' && maker?.op !== 'Sigmoid') return null;
  const size = inferModel(model)
    .get(maker.outputs[0] ?? '')
    ?.type?.shape?.at(-1);
  return typeof size === 'number' ? size : null;
}

/** Whether a graph shifts or scales each color channel before its first convolution. */
function normalizes({ nodes, initializers }: Graph, image: string): boolean {
  const made = new Set([image]);
  const constants = new Map<string, Tensor | OpaqueTensor>(initializers);
  for (const node of nodes) {
    const value = node.attributes.get('value');
    if (node.op === 'Constant' && value?.type === 'tensor') constants.set(node.outputs[0] ?? '', value.value);
    if (!node.inputs.some((input) => made.has(input))) continue;
    if (node.op === 'Conv') return false;
    const isColorwise = node.inputs.some((input) => isTriple(constants.get(input)?.dims));
    if (['Sub', 'Add', 'Div', 'Mul', 'BatchNormalization'].includes(node.op) && isColorwise) return true;
    for (const output of node.outputs) made.add(output);
  }
  return false;
}

function isTriple(dims: readonly number[] | undefined): boolean {
  return dims?.includes(3) === true && dims.every((size) => size === 1 || size === 3);
}

function isList({ type }: ValueInfo, dtype: string, rank: number): boolean {
  return type?.dtype === dtype && type.shape?.length === rank;
}

function lastDim({ type }: ValueInfo): Dim | undefined {
  return type?.shape?.at(-1);
}

interface Fitted {
  readonly pixels: Image;
  /** Input pixels for each pixel of the picture, along one side. */
  readonly scale: number;
}

/** The picture unchanged; letterboxed if the graph has a fixed size. */
function torchvisionInput(picture: Image, shape: Shape): Fitted {
  const [height = '', width = ''] = shape.slice(-2);
  if (typeof height !== 'number' || typeof width !== 'number') return { pixels: picture, scale: 1 };
  const { image, scale } = letterbox(picture, { width, height }, 0);
  return { pixels: image, scale };
}

function zooInput(picture: Image): Fitted {
  const scale = zoo.shorterSide / Math.min(picture.width, picture.height);
  const size = { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) };
  const small = resize(picture, size);
  const padded = { width: upTo(size.width), height: upTo(size.height) };
  const data = new Float32Array(3 * padded.width * padded.height);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < size.height; y++)
      for (let x = 0; x < size.width; x++)
        data[(c * padded.height + y) * padded.width + x] =
          255 * small.data[((2 - c) * size.height + y) * size.width + x]! - zoo.mean[c]!;
  return { pixels: { ...padded, channels: 3, data }, scale };
}

function upTo(side: number): number {
  return zoo.multiple * Math.ceil(side / zoo.multiple);
}

function boxAt(edges: readonly number[], i: number, scale: number, picture: Size): Box {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = edges.slice(4 * i, 4 * i + 4);
  return outOfLetterbox([x0, y0, x1, y1], scale, picture);
}
