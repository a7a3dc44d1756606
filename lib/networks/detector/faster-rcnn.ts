import { check, type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import { resolveOptions, withDefaults } from '../../base/option-table.js';
import { type Image, toTensor } from '../../image/image.js';
import { buildFasterRcnn, outputs } from '../../models/faster-rcnn/build.js';
import { type FasterRcnnBounds, isOwnFasterRcnn, readMetadata } from '../../models/faster-rcnn/metadata.js';
import { loadAll } from '../../models/faster-rcnn/net.js';
import { traitsFor, variantOf } from '../../models/faster-rcnn/recognize-variant.js';
import {
  type FasterRcnnTraits,
  type FasterRcnnVariant,
  fasterRcnnVariants,
  traitKinds,
} from '../../models/faster-rcnn/settings.js';
import { readNetworkMetadata, writeNetworkMetadata } from '../../models/metadata.js';
import type { Model } from '../../onnx/graph/graph.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { float32Of, integersOf, type Results } from '../../tensor/results.js';
import { fasterRcnnNames } from '../../weights/tensor-names/faster-rcnn.js';
import { translate } from '../../weights/tensor-names/translate.js';
import { type RunSettings, runSettingsKinds } from '../image-network.js';
import { type WeightsSource, withWeights } from '../source.js';
import { coco91 } from './coco-labels.js';
import {
  type Box,
  type Detection,
  detectKinds,
  type DetectOptions,
  detectOptions,
  Detector,
  type DetectorParts,
  type DetectSettings,
} from './detector.js';

export interface FasterRcnnOptions extends Partial<FasterRcnnTraits> {
  /** torchvision's network whose settings are the defaults. @default recognized by the names of the weights */
  readonly variant?: FasterRcnnVariant | undefined;
  /**
   * Names of the classes by number, the background first.
   * @default the file's; otherwise COCO's if there are 91 classes, or `class <number>`
   */
  readonly labels?: readonly string[] | undefined;
  readonly placement?: Placement | undefined;
}

const fasterRcnnKinds: OptionKinds<FasterRcnnOptions> = {
  ...traitKinds,
  variant: oneOf(...Object.keys(fasterRcnnVariants)),
  labels: kind.texts,
  placement: optionsOf(placementKinds),
};

export interface FasterRcnnFileOptions {
  /** @default 'Faster R-CNN' */
  readonly name?: string | undefined;
  /** Names of the classes by number, the background first. @default the file's */
  readonly labels?: readonly string[] | undefined;
  readonly placement?: Placement | undefined;
}

/** A box that the region proposal network proposes. */
export interface Proposal {
  readonly box: Box;
  /** The confidence that the box contains an object, in [0, 1]. */
  readonly objectness: number;
}

/** A detection and the proposal it comes from. */
export interface ExplainedDetection extends Detection {
  /** The proposal, whose box the second stage refined. */
  readonly proposal: Proposal;
  /** The index of the proposal in the result of `proposals()`. */
  readonly proposalIndex: number;
  /** The layer that its features were cut from, such as `fpn/0`. */
  readonly level: string;
}

/**
 * Faster R-CNN (Ren et al. 2015) with a feature pyramid, as torchvision builds it. Intermediate results are available:
 * `proposals()`, feature maps by `features(picture, ['fpn/0'])`, and the proposal of each detection
 * (`detectFromProposals`).
 */
export class FasterRCNN extends Detector {
  /** The score threshold and the maximum number of detections of the graph. */
  readonly #bounds: FasterRcnnBounds;

  private constructor(parts: DetectorParts, bounds: FasterRcnnBounds) {
    super(parts);
    this.#bounds = bounds;
  }

  /**
   * Loads weights with torchvision's names: any ResNet or MobileNetV3-Large with a feature pyramid, version 1 or 2. The
   * weights determine depth, widths and the number of classes; sizes and thresholds default to torchvision's.
   * @throws OneirosError `not-found`; `bad-input` for weights that are damaged or belong to another network
   */
  static async load(source: WeightsSource, options: FasterRcnnOptions = {}): Promise<FasterRCNN> {
    check('FasterRCNN.load', { source: [source, kind.weights] }, options, fasterRcnnKinds);
    const { variant, labels, placement, ...given } = options;
    return withWeights(source, async ({ weights: stored, metadata }) => {
      const { weights } = translate(stored, fasterRcnnNames);
      const traits = withDefaults(traitsFor(weights, variant), given);
      const { model, layers, classes } = buildFasterRcnn(await loadAll(weights), traits);
      const names =
        labels ?? readNetworkMetadata(metadata).classes ?? (classes === coco91.length ? coco91 : undefined);
      const parts: DetectorParts = {
        name: 'Faster R-CNN',
        model: {
          ...model,
          metadata: writeNetworkMetadata({
            layers,
            classes: names,
            score: traits.score,
            limit: traits.limit,
          }),
        },
        image: 'image',
        layers,
        notes: [
          `Faster R-CNN with ${variantOf(weights).name}: ${classes - 1} classes, pictures at ${traits.minSize} to ${traits.maxSize} pixels`,
        ],
        placement,
        labels: names ?? [],
      };
      return new FasterRCNN(parts, traits);
    });
  }

  /**
   * Opens a graph that oneiros built, such as the `model` of a network that was loaded from weights.
   * @throws OneirosError `unsupported` for another graph
   * @internal
   */
  static of(model: Model, options: FasterRcnnFileOptions = {}): FasterRCNN {
    const { name = 'Faster R-CNN', labels, placement } = options;
    if (!isOwnFasterRcnn(model))
      throw new OneirosError(
        'unsupported',
        `${name} is not a Faster R-CNN built by oneiros: expected the outputs ${Object.values(outputs).join(', ')}`,
      );
    const stated = readMetadata(model);
    const notes = [`${name}: Faster R-CNN built by oneiros`];
    const parts = { name, model, image: 'image', layers: stated.layers, notes, placement };
    return new FasterRCNN({ ...parts, labels: labels ?? stated.labels }, stated.bounds);
  }

  /**
   * The region proposal network's boxes, in pixels of the picture, sorted by descending objectness.
   * @throws OneirosError as `Session.run` does
   */
  async proposals(picture: Image, options: RunSettings = {}): Promise<readonly Proposal[]> {
    check('FasterRCNN.proposals', { picture: [picture, kind.image] }, options, runSettingsKinds);
    const { signal } = options;
    return proposalsOf(await this.run([outputs.proposals, outputs.objectness], toTensor(picture), signal));
  }

  /**
   * Like `detect`, and returns for each detection its proposal and the pyramid level of its features.
   * @throws OneirosError as `detect` does
   */
  async detectFromProposals(
    picture: Image,
    options: DetectOptions = {},
  ): Promise<readonly ExplainedDetection[]> {
    check('FasterRCNN.detectFromProposals', { picture: [picture, kind.image] }, options, detectKinds);
    const settings = { ...resolveOptions(detectOptions, options), signal: options.signal };
    this.#check(settings);
    const results = await this.run(Object.values(outputs), toTensor(picture), settings.signal);
    const proposals = proposalsOf(results);
    const [origins, levels] = [outputs.origins, outputs.levels].map((name) => integersOf(results, name));
    return this.#detections(results, settings).map((detection, i) => ({
      ...detection,
      proposal: proposals[origins![i]!]!,
      proposalIndex: origins![i]!,
      level: `fpn/${levels![i]!}`,
    }));
  }

  protected async find(picture: Image, settings: DetectSettings): Promise<readonly Detection[]> {
    this.#check(settings);
    const wanted = [outputs.boxes, outputs.labels, outputs.scores];
    return this.#detections(await this.run(wanted, toTensor(picture), settings.signal), settings);
  }

  #detections(results: Results, { score, limit }: DetectSettings): Detection[] {
    const boxes = boxesOf(results, outputs.boxes);
    const labels = integersOf(results, outputs.labels);
    const scores = float32Of(results, outputs.scores).data;
    return boxes
      .map((box, i) => ({ box, label: this.labelOf(labels[i]!), labelId: labels[i]!, score: scores[i]! }))
      .filter((detection) => detection.score >= score)
      .slice(0, limit);
  }

  #check({ score, limit }: DetectSettings): void {
    if (score < this.#bounds.score || limit > this.#bounds.limit)
      throw new OneirosError(
        'bad-argument',
        `${this.name} was loaded to give at most ${this.#bounds.limit} detections with scores above ${this.#bounds.score}: ` +
          'load it with another `score` or `limit`',
      );
  }
}

function proposalsOf(results: Results): Proposal[] {
  const objectness = float32Of(results, outputs.objectness).data;
  return boxesOf(results, outputs.proposals).map((box, i) => ({ box, objectness: objectness[i]! }));
}

function boxesOf(results: Results, name: string): Box[] {
  const { data } = float32Of(results, name);
  return Array.from({ length: data.length / 4 }, (_, i) => [
    data[4 * i]!,
    data[4 * i + 1]!,
    data[4 * i + 2]!,
    data[4 * i + 3]!,
  ]);
}
