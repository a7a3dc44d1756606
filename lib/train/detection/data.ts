import { pathWithin } from '#files/within';
import { check, type OptionKinds, required } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { readImage } from '../../image/codec/read-write.js';
import { resize } from '../../image/geometry/resize.js';
import { type Image, type Size, toTensor } from '../../image/image.js';
import { fromPixels, type Pixels, toPixels } from '../../image/pixels.js';
import type { Box } from '../../networks/detector/detector.js';
import type { Random } from '../../tensor/random.js';
import { float32, int64 } from '../../tensor/tensor.js';
import type { Sample, TrainingData } from '../fit/data.js';
import { type AnnotatedPicture, Omissions, readDetectionAnnotations } from './annotations.js';
import {
  augmentDetection,
  type DetectionAugmentation,
  detectionAugmentationKinds,
  type LabeledPicture,
} from './augment.js';

export interface DetectionDataOptions extends Partial<DetectionAugmentation> {
  /** The size at which pictures are kept in memory; each fits into it with its proportions kept. */
  readonly size: Size;
  /** Called for a picture that cannot be read, which is then left out. @default the error is thrown */
  readonly onUnreadable?: ((error: OneirosError) => void) | undefined;
}

const dataKinds: OptionKinds<DetectionDataOptions> = {
  ...detectionAugmentationKinds,
  size: required(kind.size),
  onUnreadable: kind.function,
};

/** A picture in memory, one byte per channel. */
interface Kept extends Omit<LabeledPicture, 'picture'> {
  readonly pixels: Pixels;
}

export interface DetectionData extends TrainingData {
  /** What is left out of the annotations, one line for each reason. */
  readonly notes: readonly string[];
}

/**
 * Pictures with COCO annotations for training a Faster R-CNN, as feeds of the graph of `loadFasterRcnnLosses`. Pictures
 * without objects are examples of background. Boxes are clipped at the edges of their pictures. Groups of objects
 * (`iscrowd`) and boxes without area are left out, and so are pictures that have only these. All pictures are kept in
 * memory at `size`.
 * @param annotations the path of the annotations; pictures are in the folder `images` beside it
 * @throws OneirosError `not-found`; `bad-input` for malformed annotations, duplicate ids or files, pictures outside of
 *   the folder or of another size than stated, and if there are no objects
 */
export async function detectionData(
  annotations: string,
  options: DetectionDataOptions,
): Promise<DetectionData> {
  check('detectionData', { annotations: [annotations, kind.text] }, options, dataKinds);
  const { size, onUnreadable, ...augmentation } = options;
  const kept: Kept[] = [];
  const omissions = new Omissions();
  for (const annotated of await readDetectionAnnotations(annotations, omissions)) {
    const picture = await readPicture(annotations, annotated, onUnreadable);
    if (picture === null) continue;
    const { boxes, labels } = within(annotated, picture, omissions);
    if (boxes.length === 0 && annotated.boxes.length > 0) {
      omissions.add('pictures whose objects are all left out');
      continue;
    }
    const scale = Math.min(size.width / picture.width, size.height / picture.height);
    const small = resize(picture, scaled(picture, scale), { antialias: false });
    const [x, y] = [small.width / picture.width, small.height / picture.height];
    kept.push({
      pixels: toPixels(small),
      boxes: boxes.map(([x0, y0, x1, y1]) => [x * x0, y * y0, x * x1, y * y1]),
      labels,
    });
  }
  if (kept.every(({ boxes }) => boxes.length === 0))
    throw new OneirosError('bad-input', `${JSON.stringify(annotations)} has no objects to train on`);
  return {
    length: kept.length,
    notes: omissions.notes(),
    sample(index, random) {
      const { pixels, boxes, labels } = kept[index]!;
      const example = { picture: fromPixels(pixels), boxes, labels };
      return Promise.resolve(feedsOf(augmentDetection(example, random, augmentation), random));
    },
  };
}

async function readPicture(
  annotations: string,
  { file, size }: AnnotatedPicture,
  onUnreadable: DetectionDataOptions['onUnreadable'],
): Promise<Image | null> {
  try {
    const picture = await readImage(await pathWithin(annotations, `images/${file}`));
    if (size === null || (size.width === picture.width && size.height === picture.height)) return picture;
    throw new OneirosError(
      'bad-input',
      `${JSON.stringify(file)} is ${picture.width}×${picture.height} pixels, but its annotations are for ${size.width}×${size.height}`,
    );
  } catch (error) {
    if (onUnreadable === undefined || !(error instanceof OneirosError)) throw error;
    onUnreadable(error);
    return null;
  }
}

function feedsOf({ picture, boxes, labels }: LabeledPicture, random: Random): Sample {
  return {
    image: toTensor(picture),
    target_boxes: float32(Float32Array.from(boxes.flat()), [boxes.length, 4]),
    target_labels: int64(labels),
    seed: int64([random.integer(0, 2 ** 30)]),
  };
}

function scaled({ width, height }: Size, scale: number): Size {
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The objects within a picture, with their boxes clipped at its edges. */
function within({ boxes, labels }: AnnotatedPicture, picture: Size, omissions: Omissions) {
  const kept = boxes.flatMap(([x0, y0, x1, y1], i) => {
    const box: Box = [
      Math.max(0, x0),
      Math.max(0, y0),
      Math.min(picture.width, x1),
      Math.min(picture.height, y1),
    ];
    if (box[2] > box[0] && box[3] > box[1]) return [{ box, label: labels[i]! }];
    omissions.add('boxes outside of their pictures');
    return [];
  });
  return { boxes: kept.map(({ box }) => box), labels: kept.map(({ label }) => label) };
}
