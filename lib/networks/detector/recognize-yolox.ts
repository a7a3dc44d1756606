import { own } from '../../base/own.js';
import type { Size } from '../../image/image.js';
import type { Preprocessing } from '../../models/input/preprocessing.js';
import type { Model, Node, Shape } from '../../onnx/graph/graph.js';
import { usesOf } from '../../onnx/graph/subgraphs.js';
import { extractSubgraph } from '../../onnx/passes/extract.js';
import { inferModel } from '../../onnx/shapes/infer.js';
import { openModel } from '../../runtime/open-model.js';
import type { Placement } from '../../runtime/types.js';
import { float32, numberToHalf, sizeOf, type Tensor, tensor } from '../../tensor/tensor.js';
import { type GenericGraph, genericGraph } from '../generic-onnx.js';

/** Picture pixels for each pixel of the feature maps, in the order of the rows. */
export const strides = [8, 16, 32] as const;

const preprocessing: Preprocessing = { order: 'bgr', scale: 255, mean: [0, 0, 0], std: [1, 1, 1] };

/** The input size, classes and output of an exported YOLOX. */
export interface YoloxSignature {
  readonly size: Size;
  readonly classes: number;
  /** The value with one row for each position. */
  readonly output: string;
}

/** A graph with the inputs and outputs of a YOLOX. */
export interface YoloxShaped extends YoloxSignature {
  readonly graph: GenericGraph;
}

/** A model with one picture of a fixed size as input, and one output with a row for each position; otherwise `null`. */
export function yoloxShaped(model: Model, name: string): YoloxShaped | null {
  const { inputs, outputs, initializers } = model.graph;
  const [input, ...others] = inputs.filter((given) => !initializers.has(given.name));
  const [output, ...more] = outputs;
  const [, , height, width] = input?.type?.shape ?? [];
  if (others.length > 0 || more.length > 0 || output === undefined) return null;
  if (typeof height !== 'number' || typeof width !== 'number' || height % 32 !== 0 || width % 32 !== 0)
    return null;
  const graph = genericGraph(model, name, { preprocessing });
  const rows = graph.outputs.get(output.name);
  const shape = rows?.type?.shape;
  if (rows === undefined || !isRowOf(shape, { width, height })) return null;
  return { graph, size: { width, height }, classes: shape[2] - 5, output: rows.name };
}

/** The computation in a YOLOX's graph after its last convolutions. */
export interface YoloxHead {
  /** `decoded`: centers and sizes in pixels; `raw`: still to be multiplied and exponentiated. */
  readonly boxes: 'raw' | 'decoded';
  /** Whether a sigmoid is applied to objectness and classes. */
  readonly scores: 'sigmoid' | 'logits';
}

/**
 * Determines the computation of a YOLOX's head: replaces the results of its last convolutions by known numbers, and
 * compares the output rows with what each kind of head computes.
 * @param output the output with rows of x, y, width, height, objectness and classes, one for each position
 * @returns `null` if no kind of head matches
 */
export async function headOf(
  model: Model,
  output: string,
  size: Size,
  columns: number,
  placement: Placement,
): Promise<YoloxHead | null> {
  const facts = inferModel(model);
  const cuts = lastLayers(model.graph.nodes, output);
  const feeds = new Map<string, Tensor>();
  for (const name of cuts) {
    const type = facts.get(name)?.type;
    const shape = type?.shape;
    if (!shape?.every((side) => typeof side === 'number')) return null;
    const known = shape.length === 4 ? knownNumbers(shape, size) : null;
    if (known === null || (type?.dtype !== 'float32' && type?.dtype !== 'float16')) return null;
    feeds.set(
      name,
      type.dtype === 'float32'
        ? float32(known, shape)
        : tensor('float16', Uint16Array.from(known, numberToHalf), shape),
    );
  }
  if (cuts.length === 0) return null;
  await using session = await openModel(extractSubgraph(model, cuts, [output]), placement);
  const rows = own(await session.run(Object.fromEntries(feeds)), output);
  return rows?.dtype === 'float32' ? matchingHead(rows.data, size, columns) : null;
}

/** Operators with weights or a spatial neighborhood: the head's arithmetic begins after them. */
const layers = new Set(
  'Conv ConvTranspose Gemm MatMul BatchNormalization MaxPool AveragePool Resize'.split(' '),
);

/** The values of the last layers before an output. */
function lastLayers(nodes: readonly Node[], output: string): readonly string[] {
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const [seen, found, waiting] = [new Set<string>(), new Set<string>(), [output]];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const maker = makers.get(name);
    if (maker === undefined || seen.has(name)) continue;
    seen.add(name);
    if (layers.has(maker.op)) found.add(name);
    else for (const used of usesOf(maker)) waiting.push(used);
  }
  return [...found];
}

/** A number for each position of a feature map, equal in all channels; `null` if the size matches no stride. */
function knownNumbers(shape: readonly number[], size: Size): Float32Array | null {
  const [, , height = 0, width = 0] = shape;
  const stride = strides.find((pixels) => height * pixels === size.height && width * pixels === size.width);
  if (stride === undefined) return null;
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => numberAt(i % (height * width), stride));
}

/** Differs by position and level, so that another order is detected. */
function numberAt(place: number, stride: number): number {
  return (place % 61) / 61 - 0.5 + stride / 64;
}

/** Relative tolerance for half precision. */
const tolerance = 2e-3;

function matchingHead(rows: Float32Array, { width, height }: Size, columns: number): YoloxHead | null {
  let heads: readonly YoloxHead[] = (['raw', 'decoded'] as const).flatMap((boxes) =>
    (['sigmoid', 'logits'] as const).map((scores) => ({ boxes, scores })),
  );
  let row = 0;
  for (const stride of strides)
    for (let y = 0; y < height / stride; y++)
      for (let x = 0; x < width / stride; x++, row += columns) {
        const t = numberAt(y * (width / stride) + x, stride);
        heads = heads.filter((head) =>
          expectedRow(head, t, { x, y, stride }, columns).every(
            (value, i) => Math.abs(rows[row + i]! - value) <= tolerance * Math.max(1, Math.abs(value)),
          ),
        );
      }
  return heads[0] ?? null;
}

interface Place {
  readonly x: number;
  readonly y: number;
  readonly stride: number;
}

function expectedRow(
  { boxes, scores }: YoloxHead,
  t: number,
  { x, y, stride }: Place,
  columns: number,
): readonly number[] {
  const box =
    boxes === 'raw'
      ? [t, t, t, t]
      : [(t + x) * stride, (t + y) * stride, Math.exp(t) * stride, Math.exp(t) * stride];
  const score = scores === 'logits' ? t : 1 / (1 + Math.exp(-t));
  return [...box, ...Array<number>(columns - 4).fill(score)];
}

/** The number of positions on all levels for a picture of this size, which is the number of rows. */
export function placesIn({ width, height }: Size): number {
  return strides.reduce((sum, stride) => sum + (height / stride) * (width / stride), 0);
}

function isRowOf(shape: Shape | null | undefined, size: Size): shape is readonly [number, number, number] {
  const [batch, rows, columns] = shape ?? [];
  return (
    shape?.length === 3 &&
    batch === 1 &&
    rows === placesIn(size) &&
    typeof columns === 'number' &&
    columns >= 6
  );
}
