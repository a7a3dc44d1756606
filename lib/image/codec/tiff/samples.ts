import type { Layout } from './layout.js';

export type Samples = Uint8Array | Uint16Array | Float32Array;

/** An array for `count` samples of the layout's type. */
export function samplesFor({ kind, bits }: Layout, count: number): Samples {
  if (kind === 'float') return new Float32Array(count);
  return bits === 16 ? new Uint16Array(count) : new Uint8Array(count);
}

/** The bytes of a row of `width` pixels in one part. */
export function rowBytes({ bits, together }: Layout, width: number): number {
  return Math.ceil((width * together * bits) / 8);
}

/** The samples of one row of a strip or tile, with the predictor undone. */
export function rowSamples(row: Uint8Array, layout: Layout, width: number): Samples {
  const { kind, bits, together, predictor, littleEndian } = layout;
  const count = width * together;
  if (predictor === 'floating-point') return floatsOfPlanes(row, layout, count);
  const samples = samplesFor(layout, count);
  const view = new DataView(row.buffer, row.byteOffset, row.byteLength);
  for (let i = 0; i < count; i++)
    if (kind === 'float')
      samples[i] = bits === 32 ? view.getFloat32(4 * i, littleEndian) : view.getFloat64(8 * i, littleEndian);
    else if (bits === 16) samples[i] = view.getUint16(2 * i, littleEndian);
    else if (bits === 8) samples[i] = row[i]!;
    else samples[i] = (row[(i * bits) >> 3]! >> (8 - bits - ((i * bits) & 7))) & ((1 << bits) - 1);
  // Sums wrap around, as in the encoder.
  if (predictor === 'horizontal')
    for (let i = together; i < count; i++) samples[i] = samples[i]! + samples[i - together]!;
  return samples;
}

/** Undoes Adobe's floating-point predictor: byte differences, first of all samples' highest bytes, then of the next. */
function floatsOfPlanes(row: Uint8Array, { bits, together }: Layout, count: number): Samples {
  const bytes = new Uint8Array(row);
  for (let i = together; i < bytes.length; i++) bytes[i] = bytes[i]! + bytes[i - together]!;
  const size = bits / 8;
  const view = new DataView(new ArrayBuffer(8));
  return Float32Array.from({ length: count }, (_, i) => {
    for (let byte = 0; byte < size; byte++) view.setUint8(byte, bytes[byte * count + i]!);
    return size === 4 ? view.getFloat32(0) : view.getFloat64(0);
  });
}
