import { check } from '../base/arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { encodeImage } from '../image/codec/coding.js';
import type { DecodeOptions } from '../image/codec/options.js';
import { encodeGrayPng } from '../image/codec/png/pixels.js';
import { readPngText, writePngText } from '../image/codec/png/text.js';
import { decodeSamples } from '../image/codec/samples.js';
import { type Image, image, plane, type Size } from '../image/image.js';
import type { Samples } from '../image/pixels.js';
import { formatClasses, storedClasses } from './class-text.js';
import { checkClasses, kindOf, type MaskClass, numberOf } from './classes.js';

/** The values of pixels: numbers as they are stored; or colors, as 0xrrggbb. */
export type LabelData = Uint8Array | Uint16Array | Uint32Array;

/** A picture whose values are labels: a mask. */
export interface LabelPicture extends Size {
  /** How the file stores them: as indices of a palette, as gray values, or as colors. */
  readonly stored: 'palette' | 'gray' | 'color';
  /** Of an index, a gray value, or each of red, green and blue. */
  readonly bits: number;
  /** Of each pixel, rows from the top, never scaled. A gray pixel of a color picture is a color here: 0x808080. */
  readonly values: LabelData;
  /** Red, green, blue in 8 bits for each index; empty where there is no palette. */
  readonly palette: Uint8Array;
  /** Which classes the values are, where the file says so. */
  readonly classes: readonly MaskClass[] | null;
}

/** The keyword of a PNG's text that says which classes its values are. */
const keyword = 'oneiros classes';

/**
 * Reads a mask. The value of a pixel is what the file stores: of a palette the index, of gray the value at its own depth
 * (1 to 16 bits), else the color.
 * @throws OneirosError `bad-input` for a damaged file, or one that is transparent in places; `unsupported` for JPEG, whose
 *   compression changes values, and for colors of 16 bits; `too-large`
 */
export async function decodeLabels(
  bytes: Uint8Array,
  options: Partial<Pick<DecodeOptions, 'maxPixels'>> = {},
): Promise<LabelPicture> {
  check('decodeLabels', { bytes: [bytes, kind.bytes] }, options, { maxPixels: kind.number });
  const samples = opaque(await decodeSamples(bytes, options));
  const { width, height, bits, palette } = samples;
  const stored = samples.kind === 'rgb' ? 'color' : samples.kind;
  return { width, height, stored, bits, ...valuesIn(samples), palette, classes: classesIn(bytes) };
}

/** Without an alpha that says nothing. */
function opaque(samples: Samples): Samples {
  const { data, channels, bits } = samples;
  if (channels % 2 === 1) return samples;
  const kept = channels - 1;
  const without = data.slice(0, (data.length / channels) * kept);
  for (let i = 0; i * channels < data.length; i++) {
    const alpha = data[i * channels + kept]!;
    if (alpha !== 2 ** bits - 1)
      throw new OneirosError(
        'bad-input',
        `it is transparent in places (alpha ${alpha} of ${2 ** bits - 1} at ${place(i, samples)}), which is no label: save masks without alpha`,
      );
    for (let c = 0; c < kept; c++) without[i * kept + c] = data[i * channels + c]!;
  }
  return { ...samples, channels: kept, data: without };
}

function valuesIn(samples: Samples): Pick<LabelPicture, 'values'> & Partial<Pick<LabelPicture, 'stored'>> {
  const { kind, data, bits } = samples;
  if (kind !== 'rgb') return { values: data };
  const values = new Uint32Array(data.length / 3);
  if (bits === 16) return { stored: 'gray', values: grayOf(samples) };
  for (let i = 0; i < values.length; i++)
    values[i] = data[3 * i]! * 0x10000 + data[3 * i + 1]! * 0x100 + data[3 * i + 2]!;
  return { values };
}

/** The gray values of RGB in 16 bits. */
function grayOf(samples: Samples): Uint16Array {
  const { data } = samples;
  return Uint16Array.from({ length: data.length / 3 }, (_, i) => {
    const [red, green, blue] = [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!];
    if (red === green && green === blue) return red;
    throw new OneirosError(
      'unsupported',
      `it has colors of 16 bits ((${red}, ${green}, ${blue}) at ${place(i, samples)}): save masks in color with 8 bits`,
    );
  });
}

/** Where a pixel lies. */
function place(i: number, { width }: Size): string {
  return `(${i % width}, ${Math.floor(i / width)})`;
}

function classesIn(bytes: Uint8Array): readonly MaskClass[] | null {
  if (bytes[0] !== 0x89) return null;
  return storedClasses(readPngText(bytes).get(keyword));
}

/** What a mask shows: for each pixel the number of a class, 0 for the first. */
export interface ClassMap extends Size {
  readonly labels: Uint8Array;
  readonly classes: readonly MaskClass[];
}

/**
 * A mask as a PNG file that `decodeLabels` reads back: gray of 8 bits, of 16 where a value needs them, or RGB for colors. It
 * says itself which classes its values are.
 * @param text further texts by keyword
 * @throws OneirosError `bad-argument` for classes that cannot be told apart by their values
 */
export async function encodeLabels(
  map: ClassMap,
  text: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  check('encodeLabels', { map: [map, kind.classMap], text: [text, kind.textsByName] });
  checkClasses(map.classes);
  const values = map.classes.map(({ value }) => numberOf(value));
  const texts = { ...text, [keyword]: formatClasses(map.classes) };
  if (kindOf(map.classes) === 'color') return encodeImage(labelPicture(map), 'png', { text: texts });
  const deep = values.some((value) => value > 255);
  const data = new (deep ? Uint16Array : Uint8Array)(map.labels.length);
  map.labels.forEach((label, i) => {
    data[i] = values[label]!;
  });
  return writePngText(await encodeGrayPng(map, data), texts);
}

/** A mask to look at: colors as they are, numbers as gray values of 255. */
export function labelPicture(map: ClassMap): Image {
  check('labelPicture', { map: [map, kind.classMap] });
  const { labels, classes, width, height } = map;
  const colors = classes.map(({ value }): readonly number[] => {
    const number = numberOf(value);
    return typeof value === 'number'
      ? [value, value, value]
      : [number >> 16, (number >> 8) & 255, number & 255];
  });
  const result = image({ width, height });
  for (let c = 0; c < 3; c++) {
    const channel = plane(result, c);
    for (let i = 0; i < labels.length; i++) channel[i] = colors[labels[i]!]![c]! / 255;
  }
  return result;
}
