import type { Id } from '../ids.js';
import type { Rle } from '../masks/rle.js';

export interface ImageEntry {
  readonly id: Id;
  /** Needed for masks, and for boxes in parts of the picture. */
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

/** What true objects and detections have in common, one typed array a column: a million of them are 60 MB. */
export interface ObjectTable {
  readonly count: number;
  /** Index into the truth's images. */
  readonly image: Uint32Array;
  /** Index into the truth's categories. */
  readonly category: Uint32Array;
  /** x, y, width, height of each; with masks, the smallest box around the mask. */
  readonly boxes: Float64Array;
  /** The area that area ranges go by: for true objects, the one the file states. */
  readonly area: Float64Array;
  readonly masks: MaskColumn | null;
}

/** What a reader tells of what it has read. */
export interface Reading {
  /** How many records are left out, because the truth does not list their image or their category. */
  readonly leftOut: number;
  /** What of the input was left out or looks odd, a line each. */
  readonly notes: readonly string[];
}

/** The objects that are there, with the images and the categories that are evaluated, both in order of their ids. */
export interface Truth extends ObjectTable, Reading {
  readonly iouType: IouType;
  readonly images: readonly ImageEntry[];
  readonly categories: readonly CategoryEntry[];
  /** 1 for a group that may take in any number of detections. */
  readonly crowd: Uint8Array;
  /** 1 for what need not be found: `ignore` in COCO files, `difficult` in Pascal's. */
  readonly ignore: Uint8Array;
  /** 1 where the annotation's id is 0, which pycocotools takes for "no match". */
  readonly idZero: Uint8Array;
}

/** What a detector says is there, in its own order. */
export interface Detections extends ObjectTable, Reading {
  readonly score: Float64Array;
}

/** One true object, as a reader hands it over. */
export interface Annotation {
  readonly id: Id;
  readonly image: Id;
  readonly category: Id;
  readonly shape: Shape;
  /** The stated area; worked out from the shape where there is none. */
  readonly area?: number | undefined;
  readonly crowd?: boolean;
  readonly ignore?: boolean;
}

/** One detection, as a reader hands it over. */
export interface Detection {
  readonly image: Id;
  readonly category: Id;
  readonly score: number;
  readonly shape: Shape;
  /** The area that area ranges go by; worked out from the shape where there is none. */
  readonly area?: number | undefined;
}

/** x, y, width and height, or a mask of the image's size. */
export type Shape = CocoBox | Rle;
export type CocoBox = readonly [x: number, y: number, width: number, height: number];
