import { readFileBytes } from '#files/read';
import { OneirosError } from '../../base/errors.js';
import type { Size } from '../../image/image.js';
import { type Id, idTable, idText } from '../../metrics/detection/ids.js';
import {
  type Fields,
  fieldsOf,
  idField,
  isNumbers,
  optionalNumber,
  unexpected,
} from '../../metrics/io/fields.js';
import { jsonRecords } from '../../metrics/io/json-records.js';
import type { Box } from '../../networks/detector/detector.js';

/** A picture of COCO annotations, with the objects that a detector can learn from. */
export interface AnnotatedPicture {
  readonly id: Id;
  /** The path of its file, as in the annotations. */
  readonly file: string;
  /** The stated size in pixels; `null` if there is none. */
  readonly size: Size | null;
  readonly boxes: Box[];
  /** The number of each object's class, from 1. */
  readonly labels: number[];
}

/** Counts what is left out, by reason. */
export class Omissions {
  readonly #counts = new Map<string, number>();

  /** @param what what is left out, in the plural, with the reason */
  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** One line for each reason. */
  notes(): readonly string[] {
    return Array.from(this.#counts, ([what, count]) => `left out ${what}: ${count}`);
  }
}

/**
 * The pictures of COCO annotations in order, with their objects except groups (`iscrowd`) and boxes without area. A
 * picture that has only such objects is left out, because it is not a picture without objects.
 * @throws OneirosError `not-found`; `bad-input` for malformed annotations, or duplicate ids or files
 */
export async function readDetectionAnnotations(
  path: string,
  omissions: Omissions,
): Promise<readonly AnnotatedPicture[]> {
  const pictures = new Map<Id, AnnotatedPicture>();
  const [files, ids] = [new Set<string>(), new Set<Id>()];
  const objects: Fields[] = [];
  const bytes = await readFileBytes(path, { limit: 2 ** 30 });
  for await (const records of jsonRecords([bytes], { root: 'object' }))
    for (const { section, value } of records) {
      if (section === 'images') {
        const picture = pictureOf(fieldsOf(value));
        requireNew(files, picture.file, `the file ${JSON.stringify(picture.file)}`);
        if (pictures.has(picture.id)) throw duplicate(`the image ${idText(picture.id)}`);
        pictures.set(picture.id, picture);
      }
      if (section !== 'annotations') continue;
      const fields = fieldsOf(value);
      if (fields['id'] !== undefined) {
        const id = idField(fields, 'id');
        requireNew(ids, id, `the annotation ${idText(id)}`);
      }
      objects.push(fields);
    }
  const incomplete = addObjects([...pictures.values()], objects, omissions);
  return [...pictures.values()].filter(({ id, boxes }) => {
    if (boxes.length > 0 || !incomplete.has(id)) return true;
    omissions.add('pictures whose objects are all left out');
    return false;
  });
}

function pictureOf(fields: Fields): AnnotatedPicture {
  const file = fields['file_name'];
  if (typeof file !== 'string') throw unexpected(fields, 'file_name', 'text');
  const [width, height] = [optionalNumber(fields, 'width'), optionalNumber(fields, 'height')];
  const size = width === undefined || height === undefined ? null : { width, height };
  return { id: idField(fields, 'id'), file, size, boxes: [], labels: [] };
}

/** Adds objects to their pictures. @returns the ids of pictures that lost objects */
function addObjects(
  pictures: readonly AnnotatedPicture[],
  objects: readonly Fields[],
  omissions: Omissions,
): ReadonlySet<Id> {
  const table = idTable(pictures, 'image');
  const incomplete = new Set<Id>();
  for (const fields of objects) {
    const place = table.placeOf(idField(fields, 'image_id'));
    const { bbox, category_id: category, iscrowd } = fields;
    if (!isNumbers(bbox) || bbox.length !== 4 || !bbox.every(Number.isFinite))
      throw unexpected(fields, 'bbox', 'the four numbers x, y, width and height');
    if (typeof category !== 'number' || !Number.isSafeInteger(category) || category < 1)
      throw unexpected(fields, 'category_id', 'a whole number ≥ 1');
    const [x = 0, y = 0, width = 0, height = 0] = bbox;
    const picture = place === undefined ? undefined : table.entries[place];
    const isGroup = iscrowd === 1 || iscrowd === true;
    if (picture === undefined) omissions.add('annotations of images that are not listed');
    else if (isGroup || width <= 0 || height <= 0) {
      omissions.add(isGroup ? 'groups of objects (iscrowd)' : 'boxes without width or height');
      incomplete.add(picture.id);
    } else {
      picture.boxes.push([x, y, x + width, y + height]);
      picture.labels.push(category);
    }
  }
  return incomplete;
}

function requireNew<T>(seen: Set<T>, key: T, what: string): void {
  if (seen.has(key)) throw duplicate(what);
  seen.add(key);
}

function duplicate(what: string): OneirosError {
  return new OneirosError('bad-input', `the annotations list ${what} twice`);
}
