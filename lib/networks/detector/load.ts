import { check, type OptionKinds, optionsFor, optionsOf } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { isOwnFasterRcnn } from '../../models/faster-rcnn/metadata.js';
import { variantNames } from '../../models/faster-rcnn/traits.js';
import { describe } from '../../models/input/picture-input.js';
import type { ValueInfo } from '../../onnx/graph.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { pullKinds, type PullOptions } from '../../weights/catalog/pull-options.js';
import { loadByName } from '../resolve-name.js';
import { type ModelSource, nameOfSource, readModelSource, type WeightsSource } from '../source.js';
import type { Detector } from './detector.js';
import { FasterRCNN, type FasterRcnnOptions } from './faster-rcnn.js';
import { ExportedFasterRcnn, exportedFasterRcnnSignature } from './onnx-faster-rcnn.js';
import { Yolox, yoloxShaped } from './yolox.js';

export interface OpenDetectorOptions {
  /** What to call it. @default the file's name */
  readonly name?: string | undefined;
  /** Names of the classes, by number. @default as is known of the network, or its metadata `classes` says */
  readonly labels?: readonly string[] | undefined;
  readonly placement?: Placement | undefined;
}

const openKinds: OptionKinds<OpenDetectorOptions> = {
  name: kind.text,
  labels: kind.texts,
  placement: optionsOf(placementKinds),
};

/**
 * Opens a detector that somebody exported as an ONNX file. Which one it is, is told by its inputs and outputs.
 * @param source where the file lies (a path in Node, an address in browsers, a `File`), or its bytes
 * @throws OneirosError `not-found`; `bad-input` for a malformed file; `unsupported` for a detector that is not known
 */
export async function openDetector(
  source: ModelSource,
  options: OpenDetectorOptions = {},
): Promise<Detector> {
  check('openDetector', { source: [source, kind.file] }, options, openKinds);
  const model = await readModelSource(source);
  const name = options.name ?? nameOfSource(source) ?? 'the network';
  const yolox = yoloxShaped(model, name);
  if (yolox !== null) return Yolox.of(yolox, { ...options, name });
  if (isOwnFasterRcnn(model)) return FasterRCNN.of(model, { ...options, name });
  if (exportedFasterRcnnSignature(model) !== null) return new ExportedFasterRcnn(model, { ...options, name });
  throw new OneirosError(
    'unsupported',
    `${name} is no detector that is known here: it takes ${list(model.graph.inputs)} and gives ${list(model.graph.outputs)}; ` +
      'a YOLOX takes a picture of one size, a multiple of 32, and gives a row for each place of three levels; a Faster R-CNN gives boxes [n, 4], labels [n] and scores [n]',
  );
}

function list(infos: readonly ValueInfo[]): string {
  return infos.map(describe).join(', ') || 'nothing';
}

/** Faster R-CNNs by the word for them: `fasterrcnn` for what the weights look most like, or torchvision's names. */
const fasterRcnns: ReadonlyMap<string, FasterRcnnOptions> = new Map<string, FasterRcnnOptions>([
  ['fasterrcnn', {}],
  ...variantNames.map((variant): [string, FasterRcnnOptions] => [`fasterrcnn_${variant}`, { variant }]),
]);

/** The networks that `loadDetector` knows by name. */
export const detectorNames: readonly string[] = [...fasterRcnns.keys()];

export interface LoadDetectorOptions extends Omit<OpenDetectorOptions, 'name'> {
  /** The weights of a network that is given by name. @default those of the catalog's model of that name */
  readonly weights?: WeightsSource | undefined;
  /** How a model of the catalog is fetched that is not here yet. */
  readonly pull?: PullOptions | undefined;
  /** The lowest score that is going to be asked for. @default as the network has it */
  readonly score?: number | undefined;
  /** The most detections that are going to be asked for. @default as the network has it */
  readonly limit?: number | undefined;
}

const loadKinds: OptionKinds<LoadDetectorOptions> = {
  labels: kind.texts,
  placement: optionsOf(placementKinds),
  weights: kind.weights,
  pull: optionsOf(pullKinds),
  score: kind.number,
  limit: kind.number,
};

type DetectorSettings = Omit<LoadDetectorOptions, 'weights' | 'pull'>;

/**
 * Loads a detector by name, or opens an ONNX file. Without weights a name is one of the catalog's, whose model is pulled
 * when it is needed for the first time.
 * @param model one of `detectorNames` with its weights, a name of the catalog, or a path that ends in .onnx
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; `not-found` for a model
 *   that is not here and cannot be had; as `openDetector` and `FasterRCNN.load` do
 */
export async function loadDetector(model: string, options: LoadDetectorOptions = {}): Promise<Detector> {
  check('loadDetector', { model: [model, kind.text] }, options, loadKinds);
  const { weights, pull, ...settings } = options;
  return loadByName<Detector>(
    model,
    {
      task: 'detect',
      kind: 'detector',
      names: detectorNames,
      build: (name, source) => FasterRCNN.load(source, fasterRcnnOptions(name, settings)),
      open: (path, entry) =>
        openDetector(path, {
          ...optionsFor(openKinds, settings),
          ...(entry !== undefined && { name: entry.name }),
        }),
    },
    { weights, pull },
  );
}

function fasterRcnnOptions(name: string, { score, limit, ...options }: DetectorSettings): FasterRcnnOptions {
  const bounds = { ...(score !== undefined && { score }), ...(limit !== undefined && { limit }) };
  return { ...fasterRcnns.get(name.replaceAll('-', '_')), ...options, ...bounds };
}
