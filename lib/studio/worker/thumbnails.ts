import { colorize, cubehelix } from '../../image/colormap.js';
import { planes, type Image, type Planes, type Size } from '../../image/image.js';
import { resize, scaledSize } from '../../image/resize.js';
import type { Network } from '../../models/network.js';
import { sizeOf, type Tensor } from '../../tensor/tensor.js';
import type { Classifier } from '../../models/classifier.js';
import { pickableLayers } from '../layers.js';
import type { Thumbnail } from '../protocol.js';
import { bitmapOf } from './pictures.js';

/** Longer side of the picture that the network is shown, unless it takes one size only. */
const seen = 192;
/** Longer side of a thumbnail: twice what it is on the page, for fine screens. */
const side = 128;

/** What each layer makes of a picture, as a small map: bright where its channels are strongly active. */
export async function thumbnailsOf(network: Classifier, picture: Image): Promise<readonly Thumbnail[]> {
  const layers = pickableLayers(network.layers);
  const small = resize(picture, fixedSize(network) ?? scaledSize(picture, seen));
  const features = await network.features(small, layers);
  const thumbnails: Thumbnail[] = [];
  for (const layer of layers) {
    const map = activity(features[layer]);
    if (map === null) continue;
    const shown = resize(map.plane, scaledSize(picture, side), { antialias: false });
    thumbnails.push({ layer, channels: map.channels, picture: await bitmapOf(colorize(shown, cubehelix)) });
  }
  return thumbnails;
}

/** The mean of the absolute values over all channels, from 0 to 1; `null` for what is no map. */
export function activity(
  tensor: Tensor | undefined,
): { readonly plane: Planes<1>; readonly channels: number } | null {
  const [, channels = 0, height = 0, width = 0] = tensor?.dims ?? [];
  if (tensor?.dtype !== 'float32' || tensor.dims.length !== 4 || sizeOf(tensor.dims) === 0) return null;
  const area = width * height;
  const sums = new Float32Array(area);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < area; i++) sums[i]! += Math.abs(tensor.data[c * area + i]!);
  const [low, high] = extremes(sums);
  const span = high - low;
  const plane = planes(
    1,
    { width, height },
    sums.map((sum) => (span > 0 ? (sum - low) / span : 0.5)),
  );
  return { plane, channels };
}

function extremes(values: Float32Array): readonly [number, number] {
  return values.reduce<[number, number]>(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, -Infinity],
  );
}

function fixedSize({ model, image }: Network): Size | null {
  const shape = model.graph.inputs.find(({ name }) => name === image)?.type?.shape ?? [];
  const [, , height, width] = shape;
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : null;
}
