import { OneirosError } from '../../base/errors.js';
import type { Dim } from '../../onnx/graph/graph.js';

/** A little more than the pictures of a 4K video have; networks of fixed size are made for a fraction of it. */
const mostPixels = 2 ** 23;

/** What a network declares of the pictures that it takes. */
interface DeclaredPictures {
  readonly height: Dim;
  readonly width: Dim;
  /** How many at once. @default 1 */
  readonly batch?: number;
}

/**
 * Refuses a network whose declared input would be pictures that fill the memory: every picture is scaled to that.
 * @throws OneirosError `too-large`
 */
export function requirePictureSize(network: string, { height, width, batch = 1 }: DeclaredPictures): void {
  if (typeof height !== 'number' || typeof width !== 'number' || batch * height * width <= mostPixels) return;
  throw new OneirosError(
    'too-large',
    `${network} takes ${batch === 1 ? 'pictures' : `${batch} pictures at once`} of ${width}×${height} pixels; of a fixed size at most ${mostPixels.toLocaleString('en')} pixels are supported`,
  );
}
