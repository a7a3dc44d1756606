import { check, type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { isOwnFasterRcnn } from '../../models/faster-rcnn/metadata.js';
import { variantNames } from '../../models/faster-rcnn/settings.js';
import { describe } from '../../models/input/picture-input.js';
import type { Model, ValueInfo } from '../../onnx/graph/graph.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import type { CatalogEntry } from '../../weights/catalog/entry.js';
import { pullKinds, type PullOptions } from '../../weights/catalog/pull-options.js';
import { loadFrom } from '../resolve-name.js';
import { type ModelSource, nameOfSource, readModelSource, type WeightsSource } from '../source.js';
import type { Detector } from './detector.js';
import { FasterRCNN, type FasterRcnnOptions } from './faster-rcnn.js';
import { ExportedFasterRcnn, exportedFasterRcnnSignature } from './onnx-faster-rcnn.js';
import { yoloxShaped } from './recognize-yolox.js';
import { Yolox } from './yolox.js';

/** Faster R-CNNs by name: torchvision's names, or `fasterrcnn` to recognize the variant by the weights. */
const fasterRcnns: ReadonlyMap<string, FasterRcnnOptions> = new Map<string, FasterRcnnOptions>([
  ['fasterrcnn', {}],
  ...variantNames.map((variant): [string, FasterRcnnOptions] => [`fasterrcnn_${variant}`, { variant }]),
]);

/** The names that `loadDetector` accepts together with `weights`. */
export const detectorNames: readonly string[] = [...fasterRcnns.keys()];

export interface LoadDetectorOptions {
  /** A name for the detector of an ONNX file. @default the file's name */
  readonly name?: string | undefined;
  /** Names of the classes, by number. @default the metadata `classes`; otherwise those known for the network */
  readonly labels?: readonly string[] | undefined;
  /** Where it runs. @default ONNX Runtime's choice */
  readonly placement?: Placement | undefined;
  /** The weights of a network that is loaded by name. @default the weights of the catalog's model with that name */
  readonly weights?: WeightsSource | undefined;
  /** How to download a model of the catalog. */
  readonly pull?: PullOptions | undefined;
  /** For detectors built from weights: the lowest `score` that `detect` will accept. @default the variant's */
  readonly score?: number | undefined;
  /** For detectors built from weights: the highest `limit` that `detect` will accept. @default the variant's */
  readonly limit?: number | undefined;
  /** For YOLOX: the IoU threshold of non-maximum suppression within a class, in [0, 1]. @default 0.65 */
  readonly iou?: number | undefined;
}

const loadKinds: OptionKinds<LoadDetectorOptions> = {
  name: kind.text,
  labels: kind.texts,
  placement: optionsOf(placementKinds),
  weights: kind.weights,
  pull: optionsOf(pullKinds),
  score: kind.number,
  limit: kind.number,
  iou: kind.number,
};

/** The options of a detector from an ONNX graph. */
type GraphOptions = Pick<LoadDetectorOptions, 'name' | 'labels' | 'placement' | 'iou'>;

/**
 * Loads a detector: by name, with weights or from the catalog (which downloads the model on first use), or from an ONNX
 * file, whose architecture is recognized by its inputs and outputs.
 *
 *     await using network = await loadDetector('fasterrcnn', { weights: 'fasterrcnn.safetensors' });
 *
 * @param source a name (of `detectorNames` with `weights`, or of the catalog); a path that ends in .onnx; an address, a
 *   `URL` or a `File`; the bytes of an ONNX file; or a model
 * @throws OneirosError `bad-argument` for an unknown name, or if weights are missing, or given for a model that takes
 *   none; `not-found` if no source has the model; `bad-input` for a malformed file; `unsupported` if the graph is not a
 *   detector that oneiros recognizes
 */
export async function loadDetector(
  source: ModelSource,
  options: LoadDetectorOptions = {},
): Promise<Detector> {
  check('loadDetector', { source: [source, kind.networkSource] }, options, loadKinds);
  const { weights, pull, ...settings } = options;
  return loadFrom<Detector>(
    source,
    {
      task: 'detect',
      kind: 'detector',
      names: detectorNames,
      build: (name, source) => buildDetector(name, source, settings),
      open: (graph, entry) => openDetector(graph, settings, entry),
    },
    { weights, pull },
  );
}

/** Builds a network of `detectorNames` from its weights. */
export function buildDetector(
  name: string,
  weights: WeightsSource,
  { labels, placement, score, limit }: LoadDetectorOptions,
): Promise<Detector> {
  const bounds = { ...(score !== undefined && { score }), ...(limit !== undefined && { limit }) };
  const variant = fasterRcnns.get(name.replaceAll('-', '_'));
  return FasterRCNN.load(weights, { ...variant, labels, placement, ...bounds });
}

async function openDetector(
  source: ModelSource,
  options: GraphOptions,
  entry?: CatalogEntry,
): Promise<Detector> {
  const model = await readModelSource(source);
  const name = entry?.name ?? options.name ?? nameOfSource(source) ?? 'the network';
  const detector = await detectorOf(model, { ...options, name });
  if (detector !== null) return detector;
  throw new OneirosError(
    'unsupported',
    `${name} is not a supported detector: it takes ${list(model.graph.inputs)} and gives ${list(model.graph.outputs)}; ` +
      'expected a YOLOX, with a picture of fixed size (multiples of 32) and one row for each position of three levels, or a Faster R-CNN, with boxes [n, 4], labels [n] and scores [n]',
  );
}

/** Opens a graph as a detector; `null` if it is not recognized as one. */
export async function detectorOf(
  model: Model,
  { name = 'the network', labels, placement, iou }: GraphOptions,
): Promise<Detector | null> {
  const options = { name, labels, placement };
  const yolox = yoloxShaped(model, name);
  if (yolox !== null) return Yolox.of(yolox, { ...options, iou });
  if (isOwnFasterRcnn(model)) return FasterRCNN.of(model, options);
  return exportedFasterRcnnSignature(model) === null ? null : new ExportedFasterRcnn(model, options);
}

function list(infos: readonly ValueInfo[]): string {
  return infos.map(describe).join(', ') || 'nothing';
}
