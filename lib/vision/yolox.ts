import { check, type OptionKinds, optionsOf } from '../arguments.js';
import { kind } from '../kinds.js';
import { placementKinds } from '../runtime/session.js';
import { own } from '../own.js';
import { OneirosError } from '../errors.js';
import type { Image, Size } from '../image/image.js';
import { batchedIfSafe, stack } from '../models/batched.js';
import { foreignNetwork } from '../models/foreign.js';
import type { Placement } from '../models/network.js';
import type { Preprocessing } from '../models/preprocessing.js';
import type { Model } from '../onnx/graph.js';
import { coco80 } from './coco-labels.js';
import { Detector, type Detection, type DetectSettings } from './detection.js';
import { letterbox, outOfLetterbox } from './letterbox.js';
import { nmsByClass } from './nms.js';

export interface YoloxOptions {
  /** @default 'YOLOX' */
  readonly name?: string | undefined;
  /** @default as its metadata `classes` says; else COCO's, if there are 80; else by number */
  readonly labels?: readonly string[] | undefined;
  /** Of two objects of a class that overlap by more than this IoU the likelier one stays. @default 0.65, the authors' own */
  readonly iou?: number | undefined;
  readonly placement?: Placement | undefined;
}

const yoloxKinds: OptionKinds<YoloxOptions> = {
  name: kind.text,
  labels: kind.texts,
  iou: kind.number,
  placement: optionsOf(placementKinds),
};

/** Pixels of the picture for one of each feature map, in the order of the rows. */
const strides = [8, 16, 32] as const;
const preprocessing: Preprocessing = { order: 'bgr', scale: 255, mean: [0, 0, 0], std: [1, 1, 1] };
/** What surrounds a picture that does not fill the square. */
const fill = 114 / 255;

/** What an exported graph says of itself, if it is a YOLOX. */
interface Signature {
  readonly size: Size;
  readonly classes: number;
  readonly output: string;
}

/** YOLOX (Ge et al. 2021) as its authors export it: boxes not yet decoded, objectness and classes after the sigmoid. */
export class Yolox extends Detector {
  override readonly batches: boolean;
  readonly #signature: Signature;
  readonly #iou: number;

  /** @throws OneirosError `unsupported` if the model is no YOLOX */
  constructor(model: Model, options: YoloxOptions = {}) {
    check('new Yolox', { model: [model, kind.model] }, options, yoloxKinds);
    const { name = 'YOLOX', labels, iou = 0.65, placement } = options;
    const signature = yoloxSignature(model);
    if (signature === null)
      throw new OneirosError(
        'unsupported',
        `${name} is no YOLOX: expected a picture [1, 3, height, width] and one output, a row for each place`,
      );
    const parts = foreignNetwork(model, name, { preprocessing, placement });
    super({ ...parts, labels: labels ?? labelsOf(model, signature.classes) });
    this.#signature = signature;
    this.#iou = iou;
    this.batches = batchedIfSafe(parts.model, parts.image) !== null;
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
    const { size, classes, output } = this.#signature;
    const fitted = pictures.map((picture) => letterbox(picture, size, fill));
    const results = await this.run([output], stack(fitted.map(({ image }) => image)), signal);
    const rows = own(results, output);
    if (rows?.dtype !== 'float32')
      throw new OneirosError('runtime', `${this.name} gave no numbers for ${output}`);
    const length = rows.data.length / pictures.length;
    return pictures.map((picture, i) => {
      const raw = rows.data.subarray(i * length, (i + 1) * length);
      const candidates = decode(raw, size, classes, score).map(({ box, labelId, score: found }) => ({
        box: outOfLetterbox(box, fitted[i]!.scale, picture),
        label: this.labelOf(labelId),
        labelId,
        score: found,
      }));
      return nmsByClass(candidates, this.#iou).slice(0, limit);
    });
  }

  protected override prepare(model: Model): Model {
    return batchedIfSafe(model, this.image) ?? model;
  }
}

/** What of a model's input and output says that it is a YOLOX; `null` if it is none. */
export function yoloxSignature({ graph }: Model): Signature | null {
  const [input, ...others] = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const [output, ...more] = graph.outputs;
  const [, , height, width] = input?.type?.shape ?? [];
  const [batch, rows, columns] = output?.type?.shape ?? [];
  if (others.length > 0 || more.length > 0 || output?.type?.shape?.length !== 3) return null;
  if (typeof height !== 'number' || typeof width !== 'number' || height % 32 !== 0 || width % 32 !== 0)
    return null;
  const places = strides.reduce((sum, stride) => sum + (height / stride) * (width / stride), 0);
  if (batch !== 1 || rows !== places || typeof columns !== 'number' || columns < 6) return null;
  return { size: { width, height }, classes: columns - 5, output: output.name };
}

type Found = Omit<Detection, 'label'>;

/** Rows (x, y, w, h, objectness, classes…) as boxes in pixels: xy = (p + place)·stride, wh = exp(p)·stride. */
function decode(data: Float32Array, { width, height }: Size, classes: number, score: number): Found[] {
  const found: Found[] = [];
  let row = 0;
  for (const stride of strides)
    for (let y = 0; y < height / stride; y++)
      for (let x = 0; x < width / stride; x++, row += classes + 5) {
        const labelId = likeliest(data, row + 5, classes);
        const sure = data[row + 4]! * data[row + 5 + labelId]!;
        if (!(sure >= score)) continue;
        const [centerX, centerY] = [(data[row]! + x) * stride, (data[row + 1]! + y) * stride];
        const [w, h] = [Math.exp(data[row + 2]!) * stride, Math.exp(data[row + 3]!) * stride];
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

function labelsOf(model: Model, classes: number): readonly string[] {
  const said = model.metadata.get('classes')?.split(',');
  if (said?.length === classes) return said;
  return classes === coco80.length ? coco80 : [];
}
