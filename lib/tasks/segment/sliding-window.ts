import { check, type OptionKinds, optionsOf, required } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { count, number, resolveOptions } from '../../base/option-table.js';
import { crop } from '../../image/geometry/crop.js';
import { pad } from '../../image/geometry/pad.js';
import { type Image, type Planes, planes, planesFromTensor, type Size, toTensor } from '../../image/image.js';
import { fullyConvolutional } from '../../models/classifiers/fully-convolutional.js';
import { type RunSettings, runSettingsKinds } from '../../networks/image-network.js';
import { type Segmentation, SegmentationBuilder } from '../../networks/segmenter/segmentation.js';
import type { Model } from '../../onnx/graph/graph.js';
import { openModel } from '../../runtime/open-model.js';
import { placementKinds } from '../../runtime/options.js';
import type { Placement } from '../../runtime/types.js';
import { float32Of } from '../../tensor/results.js';

export const slidingWindowOptions = {
  stride: count(1, 'pixels from one window to the next; must divide the stride of the network'),
  threshold: number(0.5, 'with two classes: the probability above which a pixel is not background', {
    min: 0,
    max: 1,
  }),
} as const;

/** What `slidingWindowOptions` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface SlidingWindowParameters {
  /**
   * Pixels from one window to the next; must divide the stride of the network. A whole number from 1 to
   * 1000000.
   * @default 1
   */
  readonly stride?: number | undefined;
  /**
   * With two classes: the probability above which a pixel is not background. A number from 0 to 1.
   * @default 0.5
   */
  readonly threshold?: number | undefined;
}

export interface SlidingWindowOptions extends SlidingWindowParameters, RunSettings {
  /** Names of the classes, the background first. @default `class 0`, `class 1`, … */
  readonly classes?: readonly string[] | undefined;
  /** Where it runs. @default the defaults of `Placement` */
  readonly placement?: Placement | undefined;
  /** The input size of the classifier, in pixels. */
  readonly window: Size;
}

const windowKinds: OptionKinds<SlidingWindowOptions> = {
  ...slidingWindowOptions,
  ...runSettingsKinds,
  classes: kind.texts,
  placement: optionsOf(placementKinds),
  window: required(kind.size),
};

/**
 * Segmentation with a sliding window (Cireşan et al. 2012): the class of a pixel is a classifier's class for the window
 * around it. All windows are computed at once by convolution; the network runs once for each shift within its stride
 * ("shift and stitch", Long et al. 2015). The picture is mirrored at its edges.
 * @param model a classifier of pictures of the window's size, RGB in [0, 1]: float32 [1, 3, height, width] to one row
 * @throws OneirosError `bad-argument` for a stride that does not divide the network's, or a wrong number of class
 *   names; `unsupported` for layers that cannot be made convolutional; as `Session.run` does
 */
export async function slidingWindow(
  model: Model,
  picture: Image,
  options: SlidingWindowOptions,
): Promise<Segmentation> {
  check(
    'slidingWindow',
    { model: [model, kind.model], picture: [picture, kind.image] },
    options,
    windowKinds,
  );
  const { stride, threshold } = resolveOptions(slidingWindowOptions, options);
  const { window, placement = {}, signal } = options;
  const network = fullyConvolutional(model, window);
  if (network.stride % stride !== 0)
    throw new OneirosError(
      'bad-argument',
      `the stride must divide the network's stride ${network.stride}, which ${stride} does not`,
    );
  const samples = planes(network.classes, {
    width: Math.ceil(picture.width / stride),
    height: Math.ceil(picture.height / stride),
  });
  const surrounded = surround(picture, window);
  await using session = await openModel(network.model, placement);
  const shifts = network.stride / stride;
  for (let row = 0; row < Math.min(shifts, samples.height); row++)
    for (let column = 0; column < Math.min(shifts, samples.width); column++) {
      signal?.throwIfAborted();
      const [x, y] = [column * stride, row * stride];
      const seen = crop(surrounded, { x, y, width: surrounded.width - x, height: surrounded.height - y });
      const results = await session.run({ [network.input]: toTensor(seen) }, signal ? { signal } : {});
      stitch(samples, planesFromTensor(float32Of(results, 'probabilities')), { row, column, shifts });
    }
  const { isExclusive } = network;
  const count = network.classes + (isExclusive ? 0 : 1);
  const names = options.classes ?? Array.from({ length: count }, (_, i) => `class ${i}`);
  if (names.length !== count)
    throw new OneirosError(
      'bad-argument',
      `the network has ${count} classes${isExclusive ? '' : ', including the background'}, but ${names.length} names were given`,
    );
  const result = new SegmentationBuilder(picture, names, { exclusive: isExclusive, threshold }, true);
  result.add(enlarged(samples, picture, stride), 0);
  return result.finish();
}

/** The picture with mirrored margins, so that there is a window around every pixel. */
function surround(picture: Image, { width, height }: Size): Image {
  const [left, top] = [Math.floor((width - 1) / 2), Math.floor((height - 1) / 2)];
  return pad(picture, { left, top, right: width - 1 - left, bottom: height - 1 - top }, 'reflect');
}

interface Shift {
  readonly row: number;
  readonly column: number;
  /** The number of rows (and columns) of the whole per row of the part. */
  readonly shifts: number;
}

function stitch(whole: Planes, part: Planes, { row, column, shifts }: Shift): void {
  for (let c = 0; c < whole.channels; c++)
    for (let y = row, i = 0; y < whole.height; y += shifts, i++)
      for (let x = column, j = 0; x < whole.width; x += shifts, j++)
        whole.data[(c * whole.height + y) * whole.width + x] =
          part.data[(c * part.height + i) * part.width + j]!;
}

/** Repeats each sample for the pixels up to the next sample. */
function enlarged(samples: Planes, { width, height }: Size, stride: number): Planes {
  if (stride === 1) return samples;
  const result = planes(samples.channels, { width, height });
  for (let i = 0; i < result.data.length; i++) {
    const x = Math.floor((i % width) / stride);
    const y = Math.floor((Math.floor(i / width) % height) / stride);
    const c = Math.floor(i / (width * height));
    result.data[i] = samples.data[(c * samples.height + y) * samples.width + x]!;
  }
  return result;
}
