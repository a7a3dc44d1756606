import { messageOf, OneirosError } from '../../base/errors.js';
import { type Id, idTable, idText, LeftOut } from '../detection/ids.js';
import type {
  Annotation,
  CategoryEntry,
  Detection,
  Detections,
  ImageEntry,
  IouType,
  Truth,
} from '../detection/tables.js';
import { bytes, floats } from './column.js';
import { objectColumns } from './object-columns.js';

/** Collects the records of a file of true objects, in any order. */
export interface TruthBuilder {
  addImage(image: ImageEntry): void;
  addCategory(category: CategoryEntry): void;
  /** Objects whose image or category is not added are not evaluated, as in pycocotools. */
  addAnnotation(annotation: Annotation, at: string): void;
  build(): Truth;
}

/** @throws OneirosError `bad-input` from every method, naming the record, for duplicate ids and impossible values */
export function truthBuilder(iouType: IouType = 'bbox'): TruthBuilder {
  const images = new Map<Id, ImageEntry>();
  const categories = new Map<Id, CategoryEntry>();
  const annotations = new Map<Id, { annotation: Annotation; at: string }>();
  return {
    addImage: (image) => addOnce(images, image.id, image, `image ${idText(image.id)}`),
    addCategory: (category) => addOnce(categories, category.id, category, `category ${idText(category.id)}`),
    addAnnotation: (annotation, at) => addOnce(annotations, annotation.id, { annotation, at }, at),
    build() {
      const [listed, kinds] = [idTable(images.values(), 'image'), idTable(categories.values(), 'category')];
      const [unlisted, unknown] = [new LeftOut('image'), new LeftOut('category')];
      const columns = objectColumns(iouType);
      const [crowd, ignore, idZero] = [bytes(), bytes(), bytes()];
      for (const { annotation, at } of annotations.values())
        naming(at, () => {
          const [image, category] = [listed.placeOf(annotation.image), kinds.placeOf(annotation.category)];
          if (image === undefined) {
            unlisted.add(annotation.image);
            return;
          }
          if (category === undefined) {
            unknown.add(annotation.category);
            return;
          }
          columns.add(image, category, annotation.shape, annotation.area);
          crowd.push(annotation.crowd === true ? 1 : 0);
          ignore.push(annotation.ignore === true ? 1 : 0);
          idZero.push(annotation.id === 0 ? 1 : 0);
        });
      const all = `${annotations.size} true objects`;
      return {
        ...columns.finish(),
        leftOut: unlisted.count + unknown.count,
        notes: [...unlisted.notes(all), ...unknown.notes(all)],
        iouType,
        images: listed.entries,
        categories: kinds.entries,
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
   * A detection of a category that is not evaluated is left out, as in pycocotools.
   * @throws OneirosError `bad-input`, naming the record, for an unknown image or impossible values
   */
  add(detection: Detection, at: string): void;
  build(): Detections;
}

export function detectionBuilder({ images, categories, iouType }: Truth): DetectionBuilder {
  const [listed, kinds] = [idTable(images, 'image'), idTable(categories, 'category')];
  const unknown = new LeftOut('category');
  const columns = objectColumns(iouType);
  const score = floats();
  let [lowest, highest] = [0, 1];
  return {
    add: (detection, at) =>
      naming(at, () => {
        const image = listed.placeOf(detection.image);
        const category = kinds.placeOf(detection.category);
        if (image === undefined)
          throw new OneirosError('bad-input', `the ground truth has no image ${idText(detection.image)}`);
        if (!Number.isFinite(detection.score))
          throw new OneirosError('bad-input', `its score is ${detection.score}, not a finite number`);
        lowest = Math.min(lowest, detection.score);
        highest = Math.max(highest, detection.score);
        if (category === undefined) {
          unknown.add(detection.category);
          return;
        }
        columns.add(image, category, detection.shape, detection.area);
        score.push(detection.score);
      }),
    build: () => ({
      ...columns.finish(),
      score: score.finish(),
      leftOut: unknown.count,
      notes: [
        ...unknown.notes(`${unknown.count + columns.length} detections`),
        ...(lowest < 0 || highest > 1
          ? [`scores range from ${lowest} to ${highest}, outside 0 to 1: only their order counts`]
          : []),
      ],
    }),
  };
}

function addOnce<T>(entries: Map<Id, T>, id: Id, entry: T, at: string): void {
  if (entries.has(id)) throw new OneirosError('bad-input', `${at}: the id ${idText(id)} occurs twice`);
  entries.set(id, entry);
}

/** Runs `work`; if it throws, the error begins with the name of the record. */
export function naming<T>(at: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof OneirosError)) throw error;
    throw new OneirosError(error.code, `${at}: ${messageOf(error)}`, { cause: error });
  }
}
