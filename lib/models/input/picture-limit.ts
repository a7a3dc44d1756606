import { OneirosError } from '../../base/errors.js';
import type { Dim } from '../../onnx/graph/graph.js';

/** About as many pixels as a 4K picture; networks with a fixed size take far fewer. */
const mostPixels = 2 ** 23;

/** The declared size of a network's picture input. */
interface DeclaredPictures {
  readonly height: Dim;
  readonly width: Dim;
  /** The number of pictures at once. @default 1 */
  readonly batch?: number;
}

/**
 * Rejects a network whose fixed input size would exhaust the memory: every picture is scaled to this size.
 * @throws OneirosError `too-large` for more than 2²³ pixels
 */
export function requirePictureSize(network: string, { height, width, batch = 1 }: DeclaredPictures): void {
  if (typeof height !== 'number' || typeof width !== 'number' || batch * height * width <= mostPixels) return;
  throw new OneirosError(
    'too-large',
    `${network} takes ${batch === 1 ? 'pictures' : `${batch} pictures at once`} of ${width}×${height} pixels; a fixed size may have at most ${mostPixels.toLocaleString('en')} pixels`,
  );
}
