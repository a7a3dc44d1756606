import { check, type OptionKinds, required } from '../arguments.js';
import { kind } from '../kinds.js';
import { OneirosError } from '../errors.js';
import { readImage } from '../files/image.js';
import { readFileBytes } from '#files/read';
import { pathWithin } from '#files/within';
import { toTensor, type Image, type Size } from '../image/image.js';
import { fromPixels, toPixels, type Pixels } from '../image/pixels.js';
import { resize } from '../image/resize.js';
import { fieldsOf, idField, isNumbers, unexpected, type Fields } from '../metrics/fields.js';
import { jsonRecords } from '../metrics/json-records.js';
import type { Id } from '../metrics/tables.js';
import { float32, int64 } from '../tensor/tensor.js';
import type { Random } from '../tensor/random.js';
import type { Box } from '../vision/detection.js';
import type { Sample, TrainingData } from './data.js';
import {
  augmentDetection,
  type DetectionAugmentation,
  detectionAugmentationKinds,
} from './detection-augment.js';

/** A picture with the objects in it. */
export interface LabelledPicture {
  readonly picture: Image;
  readonly boxes: readonly Box[];
  /** The number of each object's class, from 1. */
  readonly labels: readonly number[];
}

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
interface Kept extends Omit<LabelledPicture, 'picture'> {
  readonly pixels: Pixels;
}

/**
 * Pictures with COCO annotations to train a Faster R-CNN on, as feeds of `loadFasterRcnnLosses`'s graph. Pictures without
 * objects are left out. All of them are held in memory, in the size that is given.
 * @param annotations the path of the annotations; pictures lie in the folder `images` beside it
 * @throws OneirosError `not-found`; `bad-input` for malformed annotations and for pictures outside of the folder
 */
export async function detectionData(
  annotations: string,
  options: DetectionDataOptions,
): Promise<TrainingData> {
  check('detectionData', { annotations: [annotations, kind.text] }, options, dataKinds);
  const { size, onUnreadable, ...augmentation } = options;
  const kept: Kept[] = [];
  for (const { file, boxes, labels } of await readObjects(annotations)) {
    const picture = await readPicture(annotations, file, onUnreadable);
    if (picture === null) continue;
    const scale = Math.min(size.width / picture.width, size.height / picture.height);
    const small = resize(picture, scaled(picture, scale), { antialias: false });
    const [x, y] = [small.width / picture.width, small.height / picture.height];
    kept.push({
      pixels: toPixels(small),
      boxes: boxes.map(([x0, y0, x1, y1]) => [x * x0, y * y0, x * x1, y * y1]),
      labels,
    });
  }
  return {
    length: kept.length,
    sample(index, random) {
      const { pixels, boxes, labels } = kept[index]!;
      const example = { picture: fromPixels(pixels), boxes, labels };
      return Promise.resolve(feedsOf(augmentDetection(example, random, augmentation), random));
    },
  };
}

async function readPicture(
  annotations: string,
  file: string,
  onUnreadable: DetectionDataOptions['onUnreadable'],
): Promise<Image | null> {
  try {
    return await readImage(await pathWithin(annotations, `images/${file}`));
  } catch (error) {
    if (onUnreadable === undefined || !(error instanceof OneirosError)) throw error;
    onUnreadable(error);
    return null;
  }
}

function feedsOf({ picture, boxes, labels }: LabelledPicture, random: Random): Sample {
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

interface Objects {
  readonly file: string;
  readonly boxes: Box[];
  readonly labels: number[];
}

/** The objects of each picture that has some, in the order of the annotations. */
async function readObjects(path: string): Promise<readonly Objects[]> {
  const pictures = new Map<Id, Objects>();
  const objects: Fields[] = [];
  const bytes = await readFileBytes(path, { limit: 2 ** 30 });
  for await (const records of jsonRecords([bytes], { root: 'object' }))
    for (const { section, value } of records) {
      if (section === 'images') pictures.set(idField(fieldsOf(value), 'id'), emptyPicture(fieldsOf(value)));
      if (section === 'annotations') objects.push(fieldsOf(value));
    }
  for (const fields of objects) addObject(pictures, fields);
  const found = [...pictures.values()].filter(({ boxes }) => boxes.length > 0);
  if (found.length > 0) return found;
  throw new OneirosError('bad-input', `${JSON.stringify(path)} has no objects to train on`);
}

function emptyPicture(fields: Fields): Objects {
  const file = fields['file_name'];
  if (typeof file !== 'string') throw unexpected(fields, 'file_name', 'text');
  return { file, boxes: [], labels: [] };
}

/** Groups of objects (`iscrowd`) and boxes without an inside teach nothing. */
function addObject(pictures: ReadonlyMap<Id, Objects>, fields: Fields): void {
  const picture = pictures.get(idField(fields, 'image_id'));
  const { bbox, category_id: category, iscrowd } = fields;
  if (!isNumbers(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite))
    throw unexpected(fields, 'bbox', 'the four numbers x, y, width and height');
  if (typeof category !== 'number' || !Number.isSafeInteger(category) || category < 1)
    throw unexpected(fields, 'category_id', 'a whole number from 1 on');
  const [x = 0, y = 0, width = 0, height = 0] = bbox;
  if (picture === undefined || iscrowd === 1 || iscrowd === true || width <= 0 || height <= 0) return;
  picture.boxes.push([x, y, x + width, y + height]);
  picture.labels.push(category);
}
