import type { OptionKinds } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import { type Background, white } from '../pixels.js';

export interface DecodeOptions {
  /** The most pixels a file may have; decoding takes some 16 to 40 bytes for each. */
  readonly maxPixels: number;
  /** Shows through where the picture is transparent. */
  readonly background: Background;
}

export const decodeKinds: OptionKinds<Partial<DecodeOptions>> = {
  maxPixels: kind.number,
  background: kind.background,
};
export const decodeDefaults: DecodeOptions = { maxPixels: 100e6, background: white };

export interface EncodeOptions {
  /** Of a JPEG, 1 … 100. */
  readonly quality: number;
  /** Texts by keyword, kept in a PNG file: how a picture was made. */
  readonly text: Readonly<Record<string, string>>;
}

export const encodeKinds: OptionKinds<Partial<EncodeOptions>> = {
  quality: kind.number,
  text: kind.textsByName,
};
export const encodeDefaults: EncodeOptions = { quality: 92, text: {} };

/** The formats that pictures are written in. */
export type OutputFormat = 'png' | 'jpeg';
