import { OneirosError } from '../errors.js';
import type { Placement } from '../models/image-network.js';
import { readModelSource, type WeightsSource } from '../models/source.js';
import type { Detector } from './detection.js';
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
  throw new OneirosError(
    'unsupported',
    `${name} is no detector that is known here: it is neither a YOLOX nor an exported Faster R-CNN`,
  );
}

export interface LoadDetectorOptions extends Omit<OpenDetectorOptions, 'name'> {
  /** The weights of a network that is given by name. */
  readonly weights?: WeightsSource | undefined;
}

/**
 * Opens an ONNX file.
 * @param model a path that ends in .onnx
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; as `openDetector` does
 */
export function loadDetector(
  model: string,
  { weights, ...options }: LoadDetectorOptions = {},
): Promise<Detector> {
  if (!/\.onnx$/i.test(model))
    throw new OneirosError(
      'bad-argument',
      `there is no detector ${JSON.stringify(model)}: expected a file that ends in .onnx`,
    );
  if (weights !== undefined)
    throw new OneirosError('bad-argument', `${model} brings its own weights; leave the others away`);
  return openDetector(model, options);
}
