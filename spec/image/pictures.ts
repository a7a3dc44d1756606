import golden from './golden/pictures.json' with { type: 'json' };

/** A small file and its pixels as decoded by Pillow. */
export interface Picture {
  readonly name: string;
  readonly file: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Red, green and blue planes, in levels from 0 to 255. */
  readonly levels: ArrayLike<number>;
  readonly tolerance: number;
}

/** One file of each kind, written by scripts/reference/pictures.py. */
export const pictures: readonly Picture[] = Object.entries(golden).map(
  ([name, { file, levels, ...rest }]) => ({
    name,
    ...rest,
    file: bytesOf(file),
    levels: typeof levels === 'string' ? bytesOf(levels) : levels,
  }),
);

/** A file that only browsers decode: in Node, jpeg-js repeats subsampled CMYK components instead of interpolating. */
export const subsampledInks = 'cmyk-subsampled.jpeg';
export const picturesInNode: readonly Picture[] = pictures.filter(({ name }) => name !== subsampledInks);

function bytesOf(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}
