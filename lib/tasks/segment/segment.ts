import { check } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Image } from '../../image/image.js';
import type { PictureSource } from '../../networks/segmenter/picture-source.js';
import type { Segmentation } from '../../networks/segmenter/segmentation.js';
import { type Segmenter, segmentKinds, type SegmentOptions } from '../../networks/segmenter/segmenter.js';
import { eachOutcome, type Outcome, type Pictures } from '../common/pictures.js';

/**
 * Finds the class of every pixel of a picture. A picture larger than a tile is computed in overlapping tiles that are
 * blended into each other. For a network with a fixed input size, the whole picture is resized to that size.
 *
 *     const { labels, classes } = await segment(network, photograph);
 *
 * @throws OneirosError `runtime` if the network's output has an unexpected form; as `Session.run` does; the signal's
 *   reason after an abort
 */
export async function segment(
  network: Segmenter,
  picture: Image | PictureSource,
  options: SegmentOptions = {},
): Promise<Segmentation> {
  check(
    'segment',
    { network: [network, kind.segmenter], picture: [picture, kind.pictureSource] },
    options,
    segmentKinds,
  );
  return network.segment(picture, options);
}

/**
 * Segments many pictures, one after another, and reads the next one meanwhile. A picture that fails yields its error;
 * the others continue.
 *
 *     const pictures = paths.map((path) => ({ key: path, image: () => readImage(path) }));
 *     for await (const { key, segmentation, error } of segmentEach(network, pictures)) …
 *
 * @throws the signal's reason after an abort
 */
export async function* segmentEach<K, I extends Image | PictureSource = Image>(
  network: Segmenter,
  pictures: Pictures<K, I>,
  options: SegmentOptions = {},
): AsyncGenerator<Outcome<K, { readonly segmentation: Segmentation }, I>, void> {
  check(
    'segmentEach',
    { network: [network, kind.segmenter], pictures: [pictures, kind.iterable] },
    options,
    segmentKinds,
  );
  const settings = { batch: 1, overlaps: false, signal: options.signal };
  yield* eachOutcome(pictures, settings, async ([picture]) =>
    picture === undefined ? [] : [{ segmentation: await network.segment(picture, options) }],
  );
}
