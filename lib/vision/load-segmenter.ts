import { OneirosError } from '../errors.js';
import type { Placement } from '../models/image-network.js';
import type { WeightsSource } from '../models/source.js';
import { openSegmenter } from './foreign-segmenter.js';
import type { Segmenter } from './segmenter.js';
import { UNet } from './unet.js';

/** The words for a U-Net; which project's it is, its weights tell. */
export const segmenterNames: readonly string[] = ['unet', 'retina-unet', 'brain-unet'];

export interface LoadSegmenterOptions {
  /** The weights of a network that is given by name. */
  readonly weights?: WeightsSource | undefined;
  readonly classes?: readonly string[] | undefined;
  readonly placement?: Placement | undefined;
}

/**
 * Loads a U-Net with its weights, or opens an ONNX file.
 * @param model one of `segmenterNames`, or a path that ends in .onnx
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; as `UNet.load` and
 *   `openSegmenter` do
 */
export function loadSegmenter(
  model: string,
  { weights, ...options }: LoadSegmenterOptions = {},
): Promise<Segmenter> {
  if (segmenterNames.includes(model)) {
    if (weights !== undefined) return UNet.load(weights, options);
    throw new OneirosError(
      'bad-argument',
      `${model} needs weights: a safetensors file or a PyTorch checkpoint`,
    );
  }
  if (!/\.onnx$/i.test(model))
    throw new OneirosError(
      'bad-argument',
      `there is no network ${JSON.stringify(model)} that segments: it is one of ${segmenterNames.join(', ')}, or a file that ends in .onnx`,
    );
  if (weights !== undefined)
    throw new OneirosError('bad-argument', `${model} brings its own weights; leave the others away`);
  return openSegmenter(model, options);
}
