import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { own } from '../../base/own.js';
import { type Image, toTensor } from '../../image/image.js';
import { loadAll, Net } from '../../models/faster-rcnn/net.js';
import { pyramid } from '../../models/faster-rcnn/pyramid.js';
import { transform } from '../../models/faster-rcnn/resize-and-pad.js';
import type { FasterRcnnTraits } from '../../models/faster-rcnn/settings.js';
import { openModel } from '../../runtime/open-model.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { stored, type StoredTensor, type Weights } from '../../weights/weights.js';

/**
 * Sets the statistics of batch normalizations to those of a picture; use a mosaic for those of many pictures. Random
 * weights train well from there (Krähenbühl et al. 2016), even with batches of one picture and fixed normalizations.
 * @returns the weights, with measured means and variances
 * @throws OneirosError as `Session.run` does
 */
export async function measureNorms(
  weights: Weights,
  picture: Image,
  traits: FasterRcnnTraits,
  placement: Placement = {},
): Promise<Weights> {
  check(
    'measureNorms',
    { weights: [weights, kind.map], picture: [picture, kind.image], traits: [traits, kind.object] },
    placement,
    placementKinds,
  );
  const net = new Net(await loadAll(weights), { batchNorm: 'measure', epsilon: traits.epsilon });
  const image = net.b.input('image', 'float32', [1, 3, 'height', 'width']);
  const sides = [picture.width, picture.height];
  const unscaled = { minSize: Math.min(...sides), maxSize: Math.max(...sides) };
  pyramid(net, transform(net.b, image, unscaled).padded);
  for (const [name, value] of net.statistics) net.b.output(value, `measured/${name}`);
  await using session = await openModel(net.b.model(), placement);
  const found = await session.run({ image: toTensor(picture) });
  const measured = [...weights].map(([name, kept]): [string, StoredTensor] => {
    const tensor = own(found, `measured/${name}`);
    return [name, tensor?.dtype === 'float32' ? stored(tensor) : kept];
  });
  return new Map(measured);
}
