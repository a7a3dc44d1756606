import { check } from '../arguments.js';
import { kind } from '../kinds.js';
import { OneirosError } from '../errors.js';
import { fieldsOf, idField } from '../metrics/fields.js';
import { jsonRecords, type TextChunks } from '../metrics/json-records.js';
import type { Detection } from './detection.js';

/** One detection as COCO's results files have it; the box is left, top, width and height. */
export interface CocoResult {
  readonly image_id: number | string;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly score: number;
}

/** What was found in a picture, for a COCO results file. The category is the class's number. */
export function cocoResults(imageId: number | string, detections: readonly Detection[]): CocoResult[] {
  check('cocoResults', { imageId: [imageId, kind.id], detections: [detections, kind.objects] });
  return detections.map(({ box: [x0, y0, x1, y1], labelId, score }) => ({
    image_id: imageId,
    category_id: labelId,
    bbox: [x0, y0, x1 - x0, y1 - y0],
    score,
  }));
}

/** How a picture is called in annotations: by a number, as COCO has it, or by a word. */
export type ImageId = number | string;
export type ImageIds = (path: string) => ImageId;

/**
 * Reads which id each file has from COCO annotations.
 * @throws OneirosError `bad-input` for malformed annotations; the function it gives throws `not-found` for a file that they
 *   do not name
 */
export async function readImageIds(annotations: TextChunks): Promise<ImageIds> {
  check('readImageIds', { annotations: [annotations, kind.iterable] });
  const ids = new Map<string, number | string>();
  for await (const records of jsonRecords(annotations, { root: 'object' }))
    for (const { section, value } of records) {
      if (section !== 'images') continue;
      const fields = fieldsOf(value);
      if (typeof fields['file_name'] !== 'string')
        throw new OneirosError('bad-input', 'an image of the annotations has no file_name');
      ids.set(baseName(fields['file_name']), idField(fields, 'id'));
    }
  return (path) => {
    const id = ids.get(baseName(path));
    if (id === undefined)
      throw new OneirosError('not-found', `the annotations name no image ${JSON.stringify(baseName(path))}`);
    return id;
  };
}

/**
 * The id of a picture without annotations: the last number in its file's name.
 * @throws OneirosError `bad-argument` for a name without a number
 */
export function imageIdOf(path: string): number {
  check('imageIdOf', { path: [path, kind.text] });
  const id = Number(/(\d+)\D*$/.exec(baseName(path).replace(/\.[^.]*$/, ''))?.[1] ?? NaN);
  if (Number.isSafeInteger(id)) return id;
  throw new OneirosError(
    'bad-argument',
    `the name ${JSON.stringify(baseName(path))} has no number to be the image's id; name the annotations with --images`,
  );
}

function baseName(path: string): string {
  return path.replace(/^.*[/\\]/, '');
}
