import { check } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { encodeImage } from '../image/codec/decode-encode.js';
import type { DecodeOptions } from '../image/codec/options.js';
import { encodeGrayPng } from '../image/codec/png/pixels.js';
import { readPngText, writePngText } from '../image/codec/png/text.js';
import { decodeSamples } from '../image/codec/samples.js';
import { type Image, image, plane, type Size } from '../image/image.js';
import type { Samples } from '../image/pixels.js';
import { formatClasses, storedClasses } from './class-text.js';
import { checkClasses, kindOf, type MaskClass, numberOf } from './classes.js';

/** The values of pixels: stored numbers, or colors as 0xrrggbb. */
export type LabelData = Uint8Array | Uint16Array | Uint32Array;

/** A mask: a picture whose values are labels. */
export interface LabelPicture extends Size {
  /** How the file stores the values: as palette indices, gray values or colors. */
  readonly stored: 'palette' | 'gray' | 'color';
  /** Bits of an index, of a gray value, or of each color channel. */
  readonly bits: number;
  /** The value of each pixel, rows from the top, not scaled. A gray pixel of a color picture is a color: 0x808080. */
  readonly values: LabelData;
  /** Red, green, blue in 8 bits for each index; empty without a palette. */
  readonly palette: Uint8Array;
  /** The classes of the values, if the file states them. */
  readonly classes: readonly MaskClass[] | null;
}

/** The keyword of the PNG text that states the classes. */
const keyword = 'oneiros classes';

/**
 * Decodes a mask from a PNG, GIF, BMP or TIFF file. The value of a pixel is what the file stores: a palette index, a
 * gray value of 1 to 16 bits, or a color.
 * @throws OneirosError `bad-input` for a damaged file or a transparent pixel; `unsupported` for JPEG, whose compression
 *   changes values, and for colors of 16 bits; `too-large` for more than `maxPixels`
 */
export async function decodeLabels(
  bytes: Uint8Array,
  options: Partial<Pick<DecodeOptions, 'maxPixels'>> = {},
): Promise<LabelPicture> {
  check('decodeLabels', { bytes: [bytes, kind.bytes] }, options, { maxPixels: kind.number });
  const samples = withoutAlpha(await decodeSamples(bytes, options));
  const { width, height, bits, palette } = samples;
  const stored = samples.kind === 'rgb' ? 'color' : samples.kind;
  return { width, height, stored, bits, ...valuesIn(samples), palette, classes: classesIn(bytes) };
}

/** Removes alpha, after a check that every pixel is opaque. */
function withoutAlpha(samples: Samples): Samples {
  const { data, channels, bits } = samples;
  if (channels % 2 === 1) return samples;
  const kept = channels - 1;
  const without = data.slice(0, (data.length / channels) * kept);
  for (let i = 0; i * channels < data.length; i++) {
    const alpha = data[i * channels + kept]!;
    if (alpha !== 2 ** bits - 1)
      throw new OneirosError(
        'bad-input',
        `it is transparent in places (alpha ${alpha} of ${2 ** bits - 1} at ${position(i, samples)}): save masks without alpha`,
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

/** The values of 16-bit RGB samples, which must be gray. */
function grayOf(samples: Samples): Uint16Array {
  const { data } = samples;
  return Uint16Array.from({ length: data.length / 3 }, (_, i) => {
    const [red, green, blue] = [data[3 * i]!, data[3 * i + 1]!, data[3 * i + 2]!];
    if (red === green && green === blue) return red;
    throw new OneirosError(
      'unsupported',
      `it has colors of 16 bits ((${red}, ${green}, ${blue}) at ${position(i, samples)}): save masks in color with 8 bits`,
    );
  });
}

/** The position of a pixel, for messages. */
function position(i: number, { width }: Size): string {
  return `(${i % width}, ${Math.floor(i / width)})`;
}

function classesIn(bytes: Uint8Array): readonly MaskClass[] | null {
  if (bytes[0] !== 0x89) return null;
  return storedClasses(readPngText(bytes).get(keyword));
}

/** A class for each pixel: `labels` are indices of `classes`, rows from the top. */
export interface ClassMap extends Size {
  readonly labels: Uint8Array;
  readonly classes: readonly MaskClass[];
}

/**
 * Encodes a mask as a PNG file for `decodeLabels`: gray with 8 bits, or 16 if a value needs them; RGB for colors. The
 * file also stores the classes.
 * @param text further texts by keyword
 * @throws OneirosError `bad-argument` unless there are 2 to 256 classes with different values, all numbers or all
 *   colors
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

/** A mask as a picture for display: colors unchanged, numbers as gray values from 0 to 255. */
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
