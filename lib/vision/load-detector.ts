import { OneirosError } from '../errors.js';
import { variantNames } from '../models/faster-rcnn/traits.js';
import type { Placement } from '../models/image-network.js';
import { readModelSource, type WeightsSource } from '../models/source.js';
import type { Detector } from './detection.js';
import { FasterRCNN, type FasterRcnnOptions } from './faster-rcnn.js';
import { Yolox, yoloxSignature } from './yolox.js';

export interface OpenDetectorOptions {
  /** What to call it. @default the file's name */
  readonly name?: string | undefined;
  /** Names of the classes, by number. @default as is known of the network, or its metadata `classes` says */
  readonly labels?: readonly string[] | undefined;
  readonly placement?: Placement | undefined;
}

/**
 * Opens a detector that somebody exported as an ONNX file. Which one it is, is told by its inputs and outputs.
 * @param source a path (in Node), or the bytes of the file
 * @throws OneirosError `not-found`; `bad-input` for a malformed file; `unsupported` for a detector that is not known
 */
export async function openDetector(
  source: string | Uint8Array,
  options: OpenDetectorOptions = {},
): Promise<Detector> {
  const model = await readModelSource(source);
  const name = options.name ?? (typeof source === 'string' ? source.replace(/^.*[/\\]/, '') : 'the network');
  if (yoloxSignature(model) !== null) return new Yolox(model, { ...options, name });
  throw new OneirosError('unsupported', `${name} is no detector that is known here: it is not a YOLOX`);
}

/** Faster R-CNNs by the word for them: `fasterrcnn` for what the weights look most like, or torchvision's names. */
const fasterRcnns: ReadonlyMap<string, FasterRcnnOptions> = new Map<string, FasterRcnnOptions>([
  ['fasterrcnn', {}],
  ...variantNames.map((variant): [string, FasterRcnnOptions] => [`fasterrcnn_${variant}`, { variant }]),
]);

/** The networks that `loadDetector` knows by name. */
export const detectorNames: readonly string[] = [...fasterRcnns.keys()];

export interface LoadDetectorOptions extends Omit<OpenDetectorOptions, 'name'> {
  /** The weights of a network that is given by name. */
  readonly weights?: WeightsSource | undefined;
  /** The lowest score that is going to be asked for. @default as the network has it */
  readonly score?: number | undefined;
  /** The most detections that are going to be asked for. @default as the network has it */
  readonly limit?: number | undefined;
}

/**
 * Loads a detector by name with its weights, or opens an ONNX file.
 * @param model one of `detectorNames`, or a path that ends in .onnx
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; as `openDetector` and
 *   `FasterRCNN.load` do
 */
export function loadDetector(
  model: string,
  { weights, score, limit, ...options }: LoadDetectorOptions = {},
): Promise<Detector> {
  const known = fasterRcnns.get(model.replaceAll('-', '_'));
  if (known !== undefined) {
    if (weights === undefined)
      throw new OneirosError(
        'bad-argument',
        `${model} needs weights: a safetensors file or a PyTorch checkpoint`,
      );
    const bounds = { ...(score !== undefined && { score }), ...(limit !== undefined && { limit }) };
    return FasterRCNN.load(weights, { ...known, ...options, ...bounds });
  }
  if (!/\.onnx$/i.test(model))
    throw new OneirosError(
      'bad-argument',
      `there is no detector ${JSON.stringify(model)}: it is one of ${detectorNames.join(', ')}, or a file that ends in .onnx`,
    );
  if (weights !== undefined)
    throw new OneirosError('bad-argument', `${model} brings its own weights; leave the others away`);
  return openDetector(model, options);
}
