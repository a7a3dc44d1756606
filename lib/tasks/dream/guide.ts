import { resize, scaledSize } from '../../image/geometry/resize.js';
import { type Image, toTensor } from '../../image/image.js';
import type { Network } from '../../networks/network.js';
import type { Model } from '../../onnx/graph/graph.js';
import { openModel } from '../../runtime/open-model.js';
import type { SessionOptions } from '../../runtime/types.js';
import { float32Of } from '../../tensor/results.js';
import type { Float32Tensor } from '../../tensor/tensor.js';

/** The features of a guide image, by the layer's value; empty without a guide. */
export type Guide = ReadonlyMap<string, Float32Tensor>;

/**
 * The longer side of the guide, as in the notebook. Every position of the picture is compared with every position of
 * the guide, so the cost grows with the square of this side.
 */
const guideSide = 320;

/** The features of a guide image. @param layers the graph from the image to the layers */
export async function guideFeatures(
  network: Network,
  layers: Model,
  guide: Image | undefined,
  options: SessionOptions,
): Promise<Guide> {
  if (guide === undefined) return new Map();
  await using session = await openModel(layers, options);
  const results = await session.run({
    [network.image]: toTensor(resize(guide, scaledSize(guide, guideSide))),
  });
  return new Map(Object.keys(results).map((name) => [name, float32Of(results, name)]));
}
