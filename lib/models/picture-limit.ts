import { OneirosError } from '../errors.js';
import type { Shape } from '../onnx/graph.js';

/** A little more than the pictures of a 4K video have; networks of fixed size are made for a fraction of it. */
const mostPixels = 2 ** 23;

/**
 * Refuses a network whose declared input would be a picture that fills the memory: every picture is scaled to that.
 * @param shape of its input, which ends in height and width
 * @throws OneirosError `too-large`
 */
export function requirePictureSize(network: string, shape: Shape): void {
  const [height, width] = shape.slice(-2);
  if (typeof height !== 'number' || typeof width !== 'number' || height * width <= mostPixels) return;
  throw new OneirosError(
    'too-large',
    `${network} takes pictures of ${width}×${height} pixels; of a fixed size at most ${mostPixels.toLocaleString('en')} pixels are supported`,
  );
}
