import { check, type OptionKinds } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { count, resolveOptions } from '../../base/option-table.js';
import { centerCrop } from '../../image/geometry/crop.js';
import { resize, scaledSize } from '../../image/geometry/resize.js';
import type { Image, Size } from '../../image/image.js';
import { batched, stack } from '../../models/input/batched.js';
import { checkProbabilities, type ClassHead, type Headless } from '../../models/input/class-head.js';
import type { Model } from '../../onnx/graph/graph.js';
import { floatsOf, type Results, unexpected } from '../../tensor/results.js';
import { ImageNetwork, type NetworkParts, type RunSettings, runSettingsKinds } from '../image-network.js';
import { type Classification, type ClassLabel, labelOf } from './labels.js';

/** How a picture is fitted to a classifier, as in Caffe: it is resized, then its center is cropped. */
export interface CropSettings {
  /** Length of the shorter side after resizing, in pixels. */
  readonly resize: number;
  /** Size of the center crop, in pixels. */
  readonly crop: Size;
}

export interface ClassifierParts extends NetworkParts {
  /** The values of the graph that hold the classes, or why there are none. */
  readonly head: ClassHead | Headless;
  /** Names of all classes, or an empty list. */
  readonly labels: readonly ClassLabel[];
  readonly crop: CropSettings;
  /** Whether the graph can take several pictures at once. */
  readonly batches: boolean;
}

export const classifyOptions = {
  top: count(5, 'the number of classes to list, most probable first', 1, [1, 10]),
};

/** What `classifyOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface ClassifyParameters {
  /**
   * The number of classes to list, most probable first. A whole number from 1 to 1000000.
   * @default 5
   */
  readonly top?: number | undefined;
}

export interface ClassifyOptions extends ClassifyParameters, RunSettings {}

export const classifyKinds: OptionKinds<ClassifyOptions> = { ...classifyOptions, ...runSettingsKinds };

/** A network that gives the classes of a picture. */
export class Classifier extends ImageNetwork {
  readonly labels: readonly ClassLabel[];
  readonly crop: CropSettings;
  /** Whether several pictures are computed at once. */
  readonly batches: boolean;
  readonly #head: ClassHead | Headless;

  constructor(parts: ClassifierParts) {
    super(parts);
    this.labels = parts.labels;
    this.crop = parts.crop;
    this.batches = parts.batches;
    this.#head = parts.head;
    checkLabels(parts);
  }

  /** Whether the network can classify. Some have no classes, only layers. */
  get classifies(): boolean {
    return !('reason' in this.#head);
  }

  /**
   * The values of the graph that hold scores and probabilities of the classes, and the activation between them.
   * @throws OneirosError `unsupported` for a network that does not classify
   */
  get head(): ClassHead {
    return this.requireHead();
  }

  /** @internal */
  requireHead(): ClassHead {
    if (!('reason' in this.#head)) return this.#head;
    throw new OneirosError('unsupported', `${this.name} cannot classify: ${this.#head.reason}`);
  }

  /**
   * The most probable classes of a picture of any size, most probable first.
   * @throws OneirosError `unsupported` for a network that does not classify; `runtime` if its results are not
   *   probabilities; as `Session.run` does
   */
  async classify(image: Image, options: ClassifyOptions = {}): Promise<readonly Classification[]> {
    check('Classifier.classify', { image: [image, kind.image] }, options, classifyKinds);
    const { top } = resolveOptions(classifyOptions, options);
    const [probabilities] = await this.probabilities([image], { signal: options.signal });
    return mostProbable(probabilities!, top, this.labels);
  }

  /**
   * The probabilities of all classes for each picture. If `batches`, the pictures are computed at once.
   * @throws OneirosError as `classify` does
   */
  async probabilities(images: readonly Image[], options: RunSettings = {}): Promise<readonly Float32Array[]> {
    check('Classifier.probabilities', { images: [images, kind.images] }, options, runSettingsKinds);
    const { signal } = options;
    const crops = images.map((image) => cropped(image, this.crop));
    const batches = this.batches ? [crops] : crops.map((crop) => [crop]);
    const rows: Float32Array[] = [];
    for (const batch of batches) rows.push(...(await this.#run(batch, signal)));
    return rows;
  }

  async #run(batch: readonly Image[], signal: AbortSignal | undefined): Promise<readonly Float32Array[]> {
    const { head, name } = this;
    const wanted = head.isAssumed ? [head.probabilities, head.scores] : [head.probabilities];
    const results = await this.run(wanted, stack(batch), signal);
    const rows = rowsOf(results, head.probabilities, batch.length);
    const scores = head.isAssumed ? rowsOf(results, head.scores, batch.length) : [];
    rows.forEach((row, i) => checkProbabilities(head, name, row, scores[i]));
    return rows;
  }

  protected override prepare(model: Model): Model {
    return this.batches ? batched(model, this.image) : model;
  }
}

/** @throws OneirosError `bad-argument` if the number of names differs from the number of classes */
function checkLabels({ name, labels, head }: ClassifierParts): void {
  if ('reason' in head || labels.length === 0 || labels.length === head.classes) return;
  throw new OneirosError(
    'bad-argument',
    `${name} has ${head.classes} ${head.classes === 1 ? 'class' : 'classes'}, but ${labels.length} names were given`,
  );
}

/** Panoramas are cropped to this aspect ratio before resizing, because their ends are cropped later anyway. */
const maxAspect = 4;

function cropped(image: Image, { resize: shorter, crop }: CropSettings): Image {
  const limit = maxAspect * Math.min(image.width, image.height);
  const middle =
    Math.max(image.width, image.height) <= limit
      ? image
      : centerCrop(image, { width: Math.min(image.width, limit), height: Math.min(image.height, limit) });
  const small = resize(middle, scaledSize(middle, shorter, 'shorter'));
  return centerCrop(small, crop);
}

/** The `count` rows of a result, one for each picture. */
function rowsOf(results: Results, name: string, count: number): readonly Float32Array[] {
  const { data, dims } = floatsOf(results, name);
  if (dims[0] !== count) throw unexpected(results, name, `[${count}, classes]`);
  const classes = data.length / count;
  return Array.from({ length: count }, (_, i) => data.subarray(i * classes, (i + 1) * classes));
}

/** The `top` most probable classes, sorted by probability, then by index. */
export function mostProbable(
  probabilities: Float32Array,
  top: number,
  labels: readonly ClassLabel[],
): readonly Classification[] {
  return Array.from(probabilities, (probability, index) => ({ index, probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top)
    .map(({ index, probability }) => ({ index, ...labelOf(labels, index), probability }));
}
