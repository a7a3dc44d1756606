import { OneirosError, messageOf } from '../errors.js';
import { bytes, floats, uints } from './column.js';
import { rleArea, rleBox } from './rle.js';
import type {
  Annotation,
  Box,
  CategoryEntry,
  Detection,
  Detections,
  Id,
  ImageEntry,
  IouType,
  MaskColumn,
  ObjectTable,
  Shape,
  Truth,
} from './tables.js';

/** The columns that both tables share, filled object by object. */
function objectColumns(iouType: IouType) {
  const [image, category, boxes, area] = [uints(), uints(), floats(), floats()];
  const [start, counts] = [floats(), uints()];
  start.push(0);
  return {
    add(imageIndex: number, categoryIndex: number, shape: Shape, stated: number | undefined): void {
      const box = 'counts' in shape ? rleBox(shape) : shape;
      checkBox(box);
      const size = stated ?? ('counts' in shape ? rleArea(shape) : box[2] * box[3]);
      if (!Number.isFinite(size))
        throw new OneirosError('bad-input', `its area is ${size}, not a finite number`);
      if (iouType === 'segm' && !('counts' in shape))
        throw new OneirosError('bad-input', 'it has a box alone; masks are needed to compare by masks');
      image.push(imageIndex);
      category.push(categoryIndex);
      boxes.pushAll(box);
      area.push(size);
      if (iouType === 'bbox' || !('counts' in shape)) return;
      counts.pushAll(shape.counts);
      start.push(counts.length);
    },
    finish(): ObjectTable {
      const masks: MaskColumn | null =
        iouType === 'segm' ? { start: start.finish(), counts: counts.finish() } : null;
      return {
        count: image.length,
        image: image.finish(),
        category: category.finish(),
        boxes: boxes.finish(),
        area: area.finish(),
        masks,
      };
    },
  };
}

function checkBox(box: Box): void {
  if (box.every(Number.isFinite) && box[2] >= 0 && box[3] >= 0) return;
  throw new OneirosError(
    'bad-input',
    `its box is [${box.join(', ')}]: expected finite x, y, width and height, the last two ≥ 0`,
  );
}

/** Collects what a file of true objects says, in whatever order it says it. */
export interface TruthBuilder {
  addImage(image: ImageEntry): void;
  addCategory(category: CategoryEntry): void;
  /** Objects of images or categories that are never added are not evaluated, as in pycocotools. */
  addAnnotation(annotation: Annotation, at: string): void;
  build(): Truth;
}

/** Every method throws OneirosError `bad-input`, naming the record, for duplicate ids and impossible values. */
export function truthBuilder(iouType: IouType = 'bbox'): TruthBuilder {
  const images = new Map<Id, ImageEntry>();
  const categories = new Map<Id, CategoryEntry>();
  const annotations = new Map<Id, { annotation: Annotation; at: string }>();
  return {
    addImage: (image) => addOnce(images, image.id, image, `image ${text(image.id)}`),
    addCategory: (category) => addOnce(categories, category.id, category, `category ${text(category.id)}`),
    addAnnotation: (annotation, at) => addOnce(annotations, annotation.id, { annotation, at }, at),
    build() {
      const [sortedImages, sortedCategories] = [sortById(images), sortById(categories)];
      const [imageOf, categoryOf] = [indexById(sortedImages), indexById(sortedCategories)];
      const columns = objectColumns(iouType);
      const [crowd, ignore, idZero] = [bytes(), bytes(), bytes()];
      for (const { annotation, at } of annotations.values()) {
        const image = imageOf.get(annotation.image);
        const category = categoryOf.get(annotation.category);
        if (image === undefined || category === undefined) continue;
        naming(at, () => columns.add(image, category, annotation.shape, annotation.area));
        crowd.push(annotation.crowd === true ? 1 : 0);
        ignore.push(annotation.ignore === true ? 1 : 0);
        idZero.push(annotation.id === 0 ? 1 : 0);
      }
      return {
        ...columns.finish(),
        iouType,
        images: sortedImages,
        categories: sortedCategories,
        crowd: crowd.finish(),
        ignore: ignore.finish(),
        idZero: idZero.finish(),
      };
    },
  };
}

/** Collects detections against a truth. */
export interface DetectionBuilder {
  /**
   * A detection of a category that is not evaluated is left out, as pycocotools does.
   * @throws OneirosError `bad-input`, naming the record, for an unknown image or impossible values
   */
  add(detection: Detection, at: string): void;
  build(): Detections;
}

export function detectionBuilder({ images, categories, iouType }: Truth): DetectionBuilder {
  const [imageOf, categoryOf] = [indexById(images), indexById(categories)];
  const columns = objectColumns(iouType);
  const score = floats();
  return {
    add(detection, at) {
      const image = imageOf.get(detection.image);
      const category = categoryOf.get(detection.category);
      if (image === undefined)
        throw new OneirosError('bad-input', `${at}: the ground truth has no image ${text(detection.image)}`);
      if (!Number.isFinite(detection.score))
        throw new OneirosError('bad-input', `${at}: its score is ${detection.score}, not a finite number`);
      if (category === undefined) return;
      naming(at, () => columns.add(image, category, detection.shape, detection.area));
      score.push(detection.score);
    },
    build: () => ({ ...columns.finish(), score: score.finish() }),
  };
}

function addOnce<T>(entries: Map<Id, T>, id: Id, entry: T, at: string): void {
  if (entries.has(id)) throw new OneirosError('bad-input', `${at}: the id ${text(id)} is there twice`);
  entries.set(id, entry);
}

/** Does something with a record; where that fails, the error begins with the record's name. */
export function naming<T>(at: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OneirosError)) throw error;
    throw new OneirosError(error.code, `${at}: ${messageOf(error)}`, { cause: error });
  }
}

function sortById<T extends { readonly id: Id }>(entries: ReadonlyMap<Id, T>): T[] {
  return [...entries.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function indexById(entries: readonly { readonly id: Id }[]): ReadonlyMap<Id, number> {
  return new Map(entries.map(({ id }, index) => [id, index]));
}

function text(id: Id): string {
  return typeof id === 'string' ? JSON.stringify(id) : String(id);
}
