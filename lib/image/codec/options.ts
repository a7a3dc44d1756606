import type { OptionKinds } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { type Background, white } from '../pixels.js';

export interface DecodeOptions {
  /** The maximum number of pixels; decoding takes about 16 to 40 bytes per pixel. @default 1e8 */
  readonly maxPixels: number;
  /** The color behind transparent pixels: red, green, blue in [0, 1]. @default white */
  readonly background: Background;
}

export const decodeKinds: OptionKinds<Partial<DecodeOptions>> = {
  maxPixels: kind.number,
  background: kind.background,
};
export const decodeDefaults: DecodeOptions = { maxPixels: 100e6, background: white };

export interface EncodeOptions {
  /** The quality of a JPEG, 1 … 100. @default 92 */
  readonly quality: number;
  /** Texts by keyword to store in a PNG file, such as how the picture was made. @default none */
  readonly text: Readonly<Record<string, string>>;
}

export const encodeKinds: OptionKinds<Partial<EncodeOptions>> = {
  quality: kind.number,
  text: kind.textsByName,
};
export const encodeDefaults: EncodeOptions = { quality: 92, text: {} };

/** The formats of picture files that can be written. */
export type OutputFormat = 'png' | 'jpeg';
