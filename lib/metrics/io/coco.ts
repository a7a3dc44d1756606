import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind, oneOf } from '../../base/kinds.js';
import { own } from '../../base/own.js';
import type { Size } from '../../image/image.js';
import { type Id, idText } from '../detection/ids.js';
import type { CocoBox, Detections, ImageEntry, IouType, Truth } from '../detection/tables.js';
import { boxToRle, polygonToRle } from '../masks/polygon.js';
import { mergeRle, type Rle, rle, rleArea, rleBox } from '../masks/rle.js';
import { rleFromString } from '../masks/rle-string.js';
import { type DetectionBuilder, detectionBuilder, naming, truthBuilder } from './builders.js';
import {
  type Fields,
  fieldsOf,
  flagField,
  idField,
  isFields,
  isNumbers,
  numberField,
  optionalNumber,
  unexpected,
} from './fields.js';
import { type JsonRecord, jsonRecords, recordName, type TextChunks } from './json-records.js';
import { checkDetectionUnits, checkTruthUnits } from './units.js';

export interface CocoReadOptions {
  /** Whether to compare objects by boxes or by masks. @default 'bbox' */
  readonly iouType?: IouType;
  readonly signal?: AbortSignal | undefined;
}

const readDefaults = { iouType: 'bbox' } as const satisfies CocoReadOptions;

/**
 * The ground truth of a COCO file ("instances"): `images`, `categories` and `annotations` in any order. Annotations of
 * images or categories that are not listed are left out, as in pycocotools, and counted. `area` and `iscrowd` may be
 * missing.
 * @param chunks the file's text or bytes in pieces: the whole file is never in memory
 * @throws OneirosError `bad-input`, naming the record, for malformed JSON, a missing or empty list, duplicate ids,
 *   missing fields, boxes that are inverted, not finite or in fractions of the picture, and masks that do not fit their
 *   image
 */
export async function readCocoTruth(chunks: TextChunks, options: CocoReadOptions = {}): Promise<Truth> {
  check('readCocoTruth', { chunks: [chunks, kind.iterable] }, options, {
    iouType: oneOf('bbox', 'segm'),
    signal: kind.signal,
  });
  const reader = truthReader(options.iouType ?? readDefaults.iouType);
  const sections = new Set<string>();
  const onSection = (section: string) => sections.add(section);
  for await (const records of jsonRecords(chunks, { root: 'object', onSection, signal: options.signal }))
    for (const record of records) reader.add(record);
  checkSections(sections);
  return reader.build();
}

/** The same from a parsed document. Throws as {@link readCocoTruth} does. */
export function cocoTruth(document: unknown, options: Pick<CocoReadOptions, 'iouType'> = {}): Truth {
  check('cocoTruth', {}, options, { iouType: oneOf('bbox', 'segm') });
  const reader = truthReader(options.iouType ?? readDefaults.iouType);
  const fields = fieldsOf(document);
  checkSections(new Set(Object.keys(fields).filter((name) => own(fields, name) !== undefined)));
  for (const section of truthSections) for (const record of recordsOf(fields, section)) reader.add(record);
  return reader.build();
}

/**
 * Detections of a COCO results file: an array of `image_id`, `category_id`, `score` with `bbox` or `segmentation`.
 * A million of them take about 60 MB of memory; see {@link readCocoTruth} for `chunks`.
 *
 * As in pycocotools, if the first record has a box, every record's area is that of its box, even for masks; otherwise
 * it is that of its mask. Detections of categories that the truth does not list are left out and counted.
 * @throws OneirosError `bad-input`, naming the record, for malformed JSON, an image that the truth does not list,
 *   missing fields, and impossible boxes, masks and scores
 */
export async function readCocoDetections(
  chunks: TextChunks,
  truth: Truth,
  options: Pick<CocoReadOptions, 'signal'> = {},
): Promise<Detections> {
  check('readCocoDetections', { chunks: [chunks, kind.iterable], truth: [truth, kind.truth] }, options, {
    signal: kind.signal,
  });
  const { signal } = options;
  const reader = detectionReader(truth);
  for await (const records of jsonRecords(chunks, { root: 'array', signal }))
    for (const record of records) reader.add(record);
  return reader.build();
}

/** The same from a parsed array. Throws as {@link readCocoDetections} does. */
export function cocoDetections(records: unknown, truth: Truth): Detections {
  check('cocoDetections', { truth: [truth, kind.truth] });
  if (!Array.isArray(records)) throw new OneirosError('bad-input', 'detections must be an array of objects');
  const reader = detectionReader(truth);
  records.forEach((value: unknown, index) => reader.add({ section: null, index, value }));
  return reader.build();
}

const truthSections = ['images', 'categories', 'annotations'] as const;

function checkSections(found: ReadonlySet<string>): void {
  const missing = truthSections.filter((section) => !found.has(section));
  if (missing.length === 0) return;
  throw new OneirosError(
    'bad-input',
    `it has no list ${missing.map((section) => `"${section}"`).join(' and no list ')}: a COCO truth lists images, categories and annotations`,
  );
}

/** Without categories or images, every detection would be left out or refused. */
function checkListed({ images, categories }: Truth): void {
  for (const [section, { length }] of Object.entries({ images, categories }))
    if (length === 0)
      throw new OneirosError('bad-input', `its list "${section}" is empty: there is nothing to evaluate`);
}

function recordsOf(document: Fields, section: string): JsonRecord[] {
  const values = own(document, section);
  if (!Array.isArray(values)) throw unexpected(document, section, 'an array');
  return values.map((value: unknown, index) => ({ section, index, value }));
}

/** Replaces the mask of an annotation whose image is not listed: the annotation is left out. */
const placeholder: CocoBox = [0, 0, 0, 0];

function truthReader(iouType: IouType) {
  const builder = truthBuilder(iouType);
  const sizes = new Map<Id, ImageEntry>();
  const pending: { readonly fields: Fields; readonly at: string }[] = [];
  const addAnnotation = (fields: Fields, at: string) => {
    const annotation = naming(at, () => {
      const image = idField(fields, 'image_id');
      const entry = sizes.get(image);
      return {
        id: idField(fields, 'id'),
        image,
        category: idField(fields, 'category_id'),
        shape: iouType === 'bbox' ? boxField(fields) : entry ? maskField(fields, entry) : placeholder,
        area: optionalNumber(fields, 'area'),
        crowd: flagField(fields, 'iscrowd'),
        ignore: flagField(fields, 'ignore'),
      };
    });
    builder.addAnnotation(annotation, `${at} (id ${idText(annotation.id)})`);
  };
  return {
    add({ section, index, value }: JsonRecord): void {
      const at = recordName(section, index);
      if (section === 'images') {
        const entry = naming(at, () => imageEntry(fieldsOf(value)));
        builder.addImage(entry);
        sizes.set(entry.id, entry);
      }
      if (section === 'categories') builder.addCategory(naming(at, () => categoryEntry(fieldsOf(value))));
      if (section !== 'annotations') return;
      const fields = naming(at, () => fieldsOf(value));
      // Outlines need their image's size, and the images may come last.
      if (iouType === 'segm') pending.push({ fields, at });
      else addAnnotation(fields, at);
    },
    build(): Truth {
      for (const { fields, at } of pending) addAnnotation(fields, at);
      const truth = builder.build();
      checkListed(truth);
      if (iouType === 'bbox') checkTruthUnits(truth, '');
      return truth;
    },
  };
}

function imageEntry(fields: Fields): ImageEntry {
  const id = idField(fields, 'id');
  const [width, height] = [optionalNumber(fields, 'width'), optionalNumber(fields, 'height')];
  return width === undefined || height === undefined ? { id } : { id, width, height };
}

function categoryEntry(fields: Fields) {
  const id = idField(fields, 'id');
  return { id, name: typeof fields['name'] === 'string' ? fields['name'] : String(id) };
}

function detectionReader(truth: Truth) {
  const builder: DetectionBuilder = detectionBuilder(truth);
  const sizes = new Map<Id, ImageEntry>(truth.images.map((image) => [image.id, image]));
  let boxesFirst: boolean | undefined;
  return {
    add({ index, value }: JsonRecord): void {
      const at = `detection ${index}`;
      const detection = naming(at, () => {
        const fields = fieldsOf(value);
        boxesFirst ??= Array.isArray(fields['bbox']) && fields['bbox'].length > 0;
        const [image, category] = [idField(fields, 'image_id'), idField(fields, 'category_id')];
        const shape = detectionShape(fields, truth.iouType, boxesFirst, sizes.get(image));
        return { image, category, score: numberField(fields, 'score'), ...shape };
      });
      builder.add(detection, at);
    },
    build() {
      const detections = builder.build();
      if (truth.iouType === 'bbox') checkDetectionUnits(detections, '');
      return detections;
    },
  };
}

function detectionShape(
  fields: Fields,
  iouType: IouType,
  boxesFirst: boolean,
  image: ImageEntry | undefined,
) {
  if (boxesFirst) {
    const box = boxField(fields);
    if (iouType === 'bbox') return { shape: box };
    const shape =
      fields['segmentation'] === undefined ? boxToRle(box, sizeOf(image)) : maskField(fields, image);
    return { shape, area: box[2] * box[3] };
  }
  const mask = maskField(fields, image);
  if (iouType === 'segm') return { shape: mask };
  return { shape: fields['bbox'] === undefined ? rleBox(mask) : boxField(fields), area: rleArea(mask) };
}

function boxField(fields: Fields): CocoBox {
  const value = fields['bbox'];
  if (isNumbers(value) && value.length === 4) return [value[0]!, value[1]!, value[2]!, value[3]!];
  throw unexpected(fields, 'bbox', 'the four numbers x, y, width and height');
}

/** The mask of a `segmentation`: polygons, runs, or compressed runs. */
function maskField(fields: Fields, image: ImageEntry | undefined): Rle {
  const value = fields['segmentation'];
  if (Array.isArray(value) && value.length > 0) {
    const outlines: readonly unknown[] = isNumbers(value) ? [value] : value;
    return mergeRle(
      outlines.map((points) => {
        if (!isNumbers(points)) throw unexpected(fields, 'segmentation', 'polygons of numbers');
        return polygonToRle(points, sizeOf(image));
      }),
    );
  }
  if (!isFields(value) || !isNumbers(value['size']) || value['size'].length !== 2)
    throw unexpected(
      fields,
      'segmentation',
      'polygons, or an object with "size": [height, width] and "counts"',
    );
  const [height, width] = [value['size'][0]!, value['size'][1]!];
  checkFits({ width, height }, image);
  if (typeof value['counts'] === 'string') return rleFromString({ width, height }, value['counts']);
  if (isNumbers(value['counts'])) return rle({ width, height }, value['counts']);
  throw unexpected(value, 'counts', 'run lengths as text or as numbers');
}

function checkFits({ width, height }: Size, image: ImageEntry | undefined): void {
  if (image?.width === undefined || (image.width === width && image.height === height)) return;
  throw new OneirosError(
    'bad-input',
    `its mask is ${width}×${height} pixels, but its image is ${image.width}×${image.height}`,
  );
}

function sizeOf(image: ImageEntry | undefined): Size {
  if (image?.width === undefined || image.height === undefined)
    throw new OneirosError('bad-input', 'outlines need the image\'s "width" and "height", which are missing');
  return { width: image.width, height: image.height };
}
