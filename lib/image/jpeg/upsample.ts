/** The samples of a component. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly data: Uint8ClampedArray;
}

/** Writes row y of the picture, interpolated from a plane of fewer samples. */
export type RowReader = (y: number, into: Uint8ClampedArray) => void;

/**
 * Rows at the size of the picture, of a plane that is `across` and `down` times smaller. Twice is interpolated by the
 * triangle filter, with libjpeg's rounding ("fancy upsampling"); other factors repeat samples, as there.
 */
export function rowReader(plane: Plane, across: number, down: number): RowReader {
  const { width, height, stride, data } = plane;
  const row = (y: number) => data.subarray(y * stride, y * stride + width);
  if (across === 1 && down === 1)
    return (y, into) => {
      into.set(row(y));
    };
  if (across === 1 && down === 2)
    return (y, into) => {
      const [near, far] = [row(y >> 1), row(beside(y, height))];
      for (let x = 0; x < width; x++) into[x] = (3 * near[x]! + far[x]! + 1 + (y & 1)) >> 2;
    };
  if (across === 2 && width > 2 && down === 1)
    return (y, into) => {
      const samples = row(y);
      for (let x = 0; x < into.length; x++) {
        const near = samples[x >> 1]!;
        into[x] = isEnd(x, width) ? near : (3 * near + samples[beside(x, width)]! + 1 + (x & 1)) >> 2;
      }
    };
  if (across === 2 && width > 2 && down === 2) {
    const sums = new Int32Array(width);
    return (y, into) => {
      const [near, far] = [row(y >> 1), row(beside(y, height))];
      for (let x = 0; x < width; x++) sums[x] = 3 * near[x]! + far[x]!;
      for (let x = 0; x < into.length; x++)
        into[x] = (3 * sums[x >> 1]! + sums[beside(x, width)]! + 8 - (x & 1)) >> 4;
    };
  }
  return (y, into) => {
    const samples = row(Math.floor(y / down));
    for (let x = 0; x < into.length; x++) into[x] = samples[Math.floor(x / across)]!;
  };
}

/** The second nearest of `length` samples to a place of twice as many; at the ends the nearest itself. */
function beside(place: number, length: number): number {
  const sample = (place >> 1) + ((place & 1) === 0 ? -1 : 1);
  return Math.min(Math.max(sample, 0), length - 1);
}

function isEnd(place: number, length: number): boolean {
  return place === 0 || place === 2 * length - 1;
}
