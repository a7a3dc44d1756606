import type { Rle } from '../masks/rle.js';
import type { Id } from './ids.js';

export interface ImageEntry {
  readonly id: Id;
  /** Pixels; needed for masks, and for boxes in fractions of the picture. */
  readonly width?: number;
  readonly height?: number;
}

export interface CategoryEntry {
  readonly id: Id;
  readonly name: string;
}

/** Whether objects are compared by their boxes or by their masks. */
export type IouType = 'bbox' | 'segm';

/** Run lengths of many masks in one array: those of mask i are `counts[start[i]]` up to `counts[start[i + 1]]`. */
export interface MaskColumn {
  readonly start: Float64Array;
  readonly counts: Uint32Array;
}

/** The columns of true objects and detections, one typed array each: a million objects take 60 MB. */
export interface ObjectTable {
  readonly count: number;
  /** Index into the truth's images. */
  readonly image: Uint32Array;
  /** Index into the truth's categories. */
  readonly category: Uint32Array;
  /** x, y, width, height of each object, in pixels; with masks, the smallest box around the mask. */
  readonly boxes: Float64Array;
  /** The area in pixels that area ranges use: for true objects, the one that the file states. */
  readonly area: Float64Array;
  readonly masks: MaskColumn | null;
}

/** What a reader reports. */
export interface Reading {
  /** How many records were left out because the truth does not list their image or category. */
  readonly leftOut: number;
  /** Notes on input that was left out or looks wrong, one line each. */
  readonly notes: readonly string[];
}

/** The true objects, with the images and categories to evaluate, both sorted by id. */
export interface Truth extends ObjectTable, Reading {
  readonly iouType: IouType;
  readonly images: readonly ImageEntry[];
  readonly categories: readonly CategoryEntry[];
  /** 1 for a group that any number of detections may match. */
  readonly crowd: Uint8Array;
  /** 1 for an object that need not be found: `ignore` in COCO files, `difficult` in Pascal's. */
  readonly ignore: Uint8Array;
  /** 1 if the annotation's id is 0, which pycocotools confuses with "no match". */
  readonly idZero: Uint8Array;
}

/** The output of a detector, in the order of the input. */
export interface Detections extends ObjectTable, Reading {
  readonly score: Float64Array;
}

/** One true object, as a reader passes it on. */
export interface Annotation {
  readonly id: Id;
  readonly image: Id;
  readonly category: Id;
  readonly shape: Shape;
  /** The stated area. @default the area of the shape */
  readonly area?: number | undefined;
  readonly crowd?: boolean;
  readonly ignore?: boolean;
}

/** One detection, as a reader passes it on. */
export interface Detection {
  readonly image: Id;
  readonly category: Id;
  readonly score: number;
  readonly shape: Shape;
  /** The area that area ranges use. @default the area of the shape */
  readonly area?: number | undefined;
}

/** x, y, width and height, or a mask of the image's size. */
export type Shape = CocoBox | Rle;
export type CocoBox = readonly [x: number, y: number, width: number, height: number];
