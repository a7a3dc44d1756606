import { OneirosError } from '../../base/errors.js';
import type { Image, Size } from '../../image/image.js';
import { batchedIfSafe, stack } from '../../models/input/batched.js';
import { readNetworkMetadata } from '../../models/metadata.js';
import type { Model } from '../../onnx/graph/graph.js';
import type { Placement } from '../../runtime/types.js';
import { float32Of, unexpected } from '../../tensor/results.js';
import { genericParts } from '../generic-onnx.js';
import { coco80 } from './coco-labels.js';
import { type Detection, Detector, type DetectorParts, type DetectSettings } from './detector.js';
import { letterbox, outOfLetterbox } from './letterbox.js';
import { nmsByClass } from './nms.js';
import {
  headOf,
  placesIn,
  strides,
  type YoloxHead,
  type YoloxShaped,
  type YoloxSignature,
} from './recognize-yolox.js';

export interface YoloxOptions {
  /** @default 'YOLOX' */
  readonly name?: string | undefined;
  /** @default the metadata `classes`; otherwise COCO's if there are 80, or by number */
  readonly labels?: readonly string[] | undefined;
  /** The IoU threshold of non-maximum suppression within a class, in [0, 1]. @default 0.65, as the authors use */
  readonly iou?: number | undefined;
  readonly placement?: Placement | undefined;
}

/** The gray level of the letterbox's padding, as the authors use. */
const fill = 114 / 255;

/** YOLOX (Ge et al. 2021). Its graph may decode boxes and apply sigmoids to scores, or not. */
export class Yolox extends Detector {
  override readonly batches: boolean;
  readonly #signature: YoloxSignature;
  readonly #head: YoloxHead;
  readonly #iou: number;

  /** @internal */
  protected constructor(parts: DetectorParts, signature: YoloxSignature, head: YoloxHead, iou: number) {
    super(parts);
    this.#signature = signature;
    this.#head = head;
    this.#iou = iou;
    this.batches = batchedIfSafe(parts.model, parts.image) !== null;
  }

  /**
   * Opens a graph with the inputs and outputs of a YOLOX.
   * @throws OneirosError `unsupported` if its head computes something else; `bad-argument` for a wrong number of names
   * @internal
   */
  static async of(shaped: YoloxShaped, options: YoloxOptions = {}): Promise<Yolox> {
    const { graph, ...signature } = shaped;
    const { name = 'YOLOX', labels, iou = 0.65, placement = {} } = options;
    const { size, classes, output } = signature;
    const parts = genericParts(graph, name, placement);
    const head = await headOf(parts.model, output, size, classes + 5, placement);
    if (head === null)
      throw new OneirosError(
        'unsupported',
        `${name} has the inputs and outputs of a YOLOX, but its rows are computed differently: expected boxes as the last convolutions give them, or decoded to pixels by (p + position)·stride and exp(p)·stride, then objectness and classes`,
      );
    const names = namesOf(labels, parts.model, classes, name);
    const notes = [
      `${name}: YOLOX, boxes decoded ${head.boxes === 'decoded' ? 'in its graph' : 'by oneiros'}, sigmoids applied ${head.scores === 'sigmoid' ? 'in its graph' : 'by oneiros'}`,
      `${name}: input: ${graph.input}, as in YOLOX since version 0.2 (assumed)`,
      ...(names.isAssumed ? [`${name}: its ${classes} classes have no names: COCO’s are assumed`] : []),
    ];
    return new this({ ...parts, notes, labels: names.labels }, signature, head, iou);
  }

  protected async find(picture: Image, settings: DetectSettings): Promise<readonly Detection[]> {
    const [found] = await this.findAll([picture], settings);
    return found!;
  }

  protected override async findAll(
    pictures: readonly Image[],
    settings: DetectSettings,
  ): Promise<readonly (readonly Detection[])[]> {
    const batches = this.batches ? [pictures] : pictures.map((picture) => [picture]);
    const found: (readonly Detection[])[] = [];
    for (const batch of batches) found.push(...(await this.#findIn(batch, settings)));
    return found;
  }

  async #findIn(
    pictures: readonly Image[],
    { score, limit, signal }: DetectSettings,
  ): Promise<readonly (readonly Detection[])[]> {
    const { size, output } = this.#signature;
    const fitted = pictures.map((picture) => letterbox(picture, size, fill));
    const results = await this.run([output], stack(fitted.map(({ image }) => image)), signal);
    const places = placesIn(size);
    const rows = float32Of(results, output, [pictures.length, places, '5 + classes']);
    const columns = rows.dims[2]!;
    if (columns < 6) throw unexpected(results, output, 'float32 of 6 columns or more');
    const classes = columns - 5;
    const length = places * columns;
    return pictures.map((picture, i) => {
      const raw = rows.data.subarray(i * length, (i + 1) * length);
      const candidates = decode(raw, size, classes, score, this.#head).map(
        ({ box, labelId, score: found }) => ({
          box: outOfLetterbox(box, fitted[i]!.scale, picture),
          label: this.labelOf(labelId),
          labelId,
          score: found,
        }),
      );
      return nmsByClass(candidates, this.#iou).slice(0, limit);
    });
  }

  protected override prepare(model: Model): Model {
    return batchedIfSafe(model, this.image) ?? model;
  }
}

type Found = Omit<Detection, 'label'>;

/**
 * Boxes in pixels from rows (x, y, w, h, objectness, classes…). Raw: xy = (p + position)·stride, wh = exp(p)·stride.
 */
function decode(
  data: Float32Array,
  { width, height }: Size,
  classes: number,
  score: number,
  head: YoloxHead,
): Found[] {
  const found: Found[] = [];
  const probability = head.scores === 'sigmoid' ? (p: number) => p : (p: number) => 1 / (1 + Math.exp(-p));
  let row = 0;
  for (const stride of strides)
    for (let y = 0; y < height / stride; y++)
      for (let x = 0; x < width / stride; x++, row += classes + 5) {
        const labelId = likeliest(data, row + 5, classes);
        const sure = probability(data[row + 4]!) * probability(data[row + 5 + labelId]!);
        if (!(sure >= score)) continue;
        const [a, b, c, d] = [data[row]!, data[row + 1]!, data[row + 2]!, data[row + 3]!];
        const [centerX, centerY, w, h] =
          head.boxes === 'decoded'
            ? [a, b, c, d]
            : [(a + x) * stride, (b + y) * stride, Math.exp(c) * stride, Math.exp(d) * stride];
        const box = [centerX - w / 2, centerY - h / 2, centerX + w / 2, centerY + h / 2] as const;
        if (box.every(Number.isFinite)) found.push({ box, labelId, score: sure });
      }
  return found;
}

function likeliest(data: Float32Array, start: number, classes: number): number {
  let best = 0;
  for (let c = 1; c < classes; c++) if (data[start + c]! > data[start + best]!) best = c;
  return best;
}

interface Names {
  readonly labels: readonly string[];
  readonly isAssumed: boolean;
}

/** @throws OneirosError `bad-argument` if the number of names differs from the number of classes */
function namesOf(given: readonly string[] | undefined, model: Model, classes: number, name: string): Names {
  if (given !== undefined && given.length !== classes)
    throw new OneirosError(
      'bad-argument',
      `${name} has ${classes} classes, but ${given.length} names were given`,
    );
  if (given !== undefined) return { labels: given, isAssumed: false };
  const stated = readNetworkMetadata(model.metadata).classes;
  if (stated?.length === classes) return { labels: stated, isAssumed: false };
  const isCoco = classes === coco80.length;
  return { labels: isCoco ? coco80 : [], isAssumed: isCoco };
}
