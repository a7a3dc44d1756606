import { pathWithin } from '#files/within';
import { check, type OptionKinds, required } from '../../base/arguments.js';
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
  /** The size in which pictures are kept, so that they need not be read again; pictures stay in proportion in it. */
  readonly size: Size;
  /** Told of a picture that cannot be read, which is left out then. @default the error is thrown */
  readonly onUnreadable?: ((error: OneirosError) => void) | undefined;
}

const dataKinds: OptionKinds<DetectionDataOptions> = {
  ...detectionAugmentationKinds,
  size: required(kind.size),
  onUnreadable: kind.function,
};

/** A picture in memory, a byte a channel. */
interface Kept extends Omit<LabeledPicture, 'picture'> {
  readonly pixels: Pixels;
}

export interface DetectionData extends TrainingData {
  /** What of the annotations is left out, a line for each reason. */
  readonly notes: readonly string[];
}

/**
 * Pictures with COCO annotations to train a Faster R-CNN on, as feeds of `loadFasterRcnnLosses`'s graph. Pictures without
 * objects teach what is background. Boxes are cut at the edges of their pictures; groups of objects (`iscrowd`) and boxes
 * without an inside are left out, and so are pictures that have nothing else. All of them are held in memory, in the size
 * that is given.
 * @param annotations the path of the annotations; pictures lie in the folder `images` beside it
 * @throws OneirosError `not-found`; `bad-input` for malformed annotations, ids or files that are there twice, pictures
 *   outside of the folder or of another size than the annotations state, and where there are no objects at all
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
      omissions.add('pictures all of whose objects are left out');
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

/** The objects within a picture, their boxes cut at its edges. */
function within({ boxes, labels }: AnnotatedPicture, picture: Size, omissions: Omissions) {
  const kept = boxes.flatMap(([x0, y0, x1, y1], i) => {
    const box: Box = [
      Math.max(0, x0),
      Math.max(0, y0),
      Math.min(picture.width, x1),
      Math.min(picture.height, y1),
    ];
    if (box[2] > box[0] && box[3] > box[1]) return [{ box, label: labels[i]! }];
    omissions.add('boxes that lie outside of their pictures');
    return [];
  });
  return { boxes: kept.map(({ box }) => box), labels: kept.map(({ label }) => label) };
}
