import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { isOwnFasterRcnn } from '../../models/faster-rcnn/metadata.js';
import { variantNames } from '../../models/faster-rcnn/traits.js';
import { describe } from '../../models/input/picture-input.js';
import type { ValueInfo } from '../../onnx/graph.js';
import type { Model } from '../../onnx/graph.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import type { CatalogEntry } from '../../weights/catalog/entry.js';
import { pullKinds, type PullOptions } from '../../weights/catalog/pull-options.js';
import { loadFrom } from '../resolve-name.js';
import { type ModelSource, nameOfSource, readModelSource, type WeightsSource } from '../source.js';
import type { Detector } from './detector.js';
import { FasterRCNN, type FasterRcnnOptions } from './faster-rcnn.js';
import { ExportedFasterRcnn, exportedFasterRcnnSignature } from './onnx-faster-rcnn.js';
import { Yolox, yoloxShaped } from './yolox.js';

/** Faster R-CNNs by the word for them: `fasterrcnn` for what the weights look most like, or torchvision's names. */
const fasterRcnns: ReadonlyMap<string, FasterRcnnOptions> = new Map<string, FasterRcnnOptions>([
  ['fasterrcnn', {}],
  ...variantNames.map((variant): [string, FasterRcnnOptions] => [`fasterrcnn_${variant}`, { variant }]),
]);

/** The networks that `loadDetector` knows by name. */
export const detectorNames: readonly string[] = [...fasterRcnns.keys()];

export interface LoadDetectorOptions {
  /** What to call a detector of a file. @default the file's name */
  readonly name?: string | undefined;
  /** Names of the classes, by number. @default as is known of the network, or its metadata `classes` says */
  readonly labels?: readonly string[] | undefined;
  /** Where it runs. @default as ONNX Runtime chooses */
  readonly placement?: Placement | undefined;
  /** The weights of a network that is given by name. @default those of the catalog's model of that name */
  readonly weights?: WeightsSource | undefined;
  /** How a model of the catalog is fetched that is not here yet. */
  readonly pull?: PullOptions | undefined;
  /** Of a detector built from weights: the lowest score that is going to be asked for. @default as the network has it */
  readonly score?: number | undefined;
  /** Of a detector built from weights: the most detections that are going to be asked for. @default as the network has it */
  readonly limit?: number | undefined;
  /** Of a YOLOX: of two objects of a class that overlap by more than this IoU the likelier one stays. @default 0.65 */
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

/** The options of a detector that is made of a graph. */
type GraphOptions = Pick<LoadDetectorOptions, 'name' | 'labels' | 'placement' | 'iou'>;

/**
 * Loads a detector: by name, with its weights or from the catalog, whose model is pulled when it is needed for the first
 * time; or from an ONNX file, whose architecture is recognized by its inputs and outputs.
 *
 *     await using network = await loadDetector('fasterrcnn', { weights: 'fasterrcnn.safetensors' });
 *
 * @param source a name (one of `detectorNames` with its weights, or one of the catalog); a path that ends in .onnx; an
 *   address, a `URL` or a `File`; the bytes of an ONNX file, or a model
 * @throws OneirosError `bad-argument` for an unknown name, or if weights are missing, or given for a model that takes none;
 *   `not-found` if no source has the model; `bad-input` for a malformed file; `unsupported` for a detector that is not known
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

/** One of `detectorNames` from its weights. */
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
    `${name} is no detector that is known here: it takes ${list(model.graph.inputs)} and gives ${list(model.graph.outputs)}; ` +
      'a YOLOX takes a picture of one size, a multiple of 32, and gives a row for each place of three levels; a Faster R-CNN gives boxes [n, 4], labels [n] and scores [n]',
  );
}

/** The detector that a graph is; `null` if it is none that is known. */
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
