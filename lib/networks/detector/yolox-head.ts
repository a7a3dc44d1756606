import { own } from '../../base/own.js';
import type { Size } from '../../image/image.js';
import { extractSubgraph } from '../../onnx/extract.js';
import type { Model, Node, Shape } from '../../onnx/graph.js';
import { inferModel } from '../../onnx/shapes/infer.js';
import { usesOf } from '../../onnx/subgraphs.js';
import { openModel } from '../../runtime/open-model.js';
import type { Placement } from '../../runtime/types.js';
import { float32, numberToHalf, sizeOf, type Tensor, tensor } from '../../tensor/tensor.js';

/** Pixels of the picture for one of each feature map, in the order of the rows. */
export const strides = [8, 16, 32] as const;

/** What a YOLOX's graph makes of what its last convolutions say. */
export interface YoloxHead {
  /** `decoded`: centers and sizes in pixels; `raw`: to be multiplied and exponentiated by whoever reads them. */
  readonly boxes: 'raw' | 'decoded';
  /** Whether objectness and classes are behind their sigmoid. */
  readonly scores: 'sigmoid' | 'logits';
}

/**
 * Sees what a YOLOX's head computes: its last convolutions are replaced by known numbers, and the rows that come out are
 * compared with what each kind of head makes of them.
 * @param output rows of x, y, width, height, objectness and classes, one for each place
 * @returns `null` if it makes something else
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
  return rows?.dtype === 'float32' ? headThatMakes(rows.data, size, columns) : null;
}

/** Operators that learn, or look around: what comes before them is not the head's own arithmetic. */
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

/** A number for each place of a feature map, the same in all channels; `null` if it has not the size of any. */
function knownNumbers(shape: readonly number[], size: Size): Float32Array | null {
  const [, , height = 0, width = 0] = shape;
  const stride = strides.find((pixels) => height * pixels === size.height && width * pixels === size.width);
  if (stride === undefined) return null;
  return Float32Array.from({ length: sizeOf(shape) }, (_, i) => numberAt(i % (height * width), stride));
}

/** So that places and levels in another order are seen. */
function numberAt(place: number, stride: number): number {
  return (place % 61) / 61 - 0.5 + stride / 64;
}

/** Rounding in half precision, of numbers up to the picture's size. */
const tolerance = 2e-3;

function headThatMakes(rows: Float32Array, { width, height }: Size, columns: number): YoloxHead | null {
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

/** How many places there are on all levels of a picture of this size: as many as there are rows. */
export function placesIn({ width, height }: Size): number {
  return strides.reduce((sum, stride) => sum + (height / stride) * (width / stride), 0);
}

export function isRowOf(
  shape: Shape | null | undefined,
  size: Size,
): shape is readonly [number, number, number] {
  const [batch, rows, columns] = shape ?? [];
  return (
    shape?.length === 3 &&
    batch === 1 &&
    rows === placesIn(size) &&
    typeof columns === 'number' &&
    columns >= 6
  );
}
