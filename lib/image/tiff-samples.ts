import { corrupt, unsupported } from './bytes.js';
import type { Samples } from './pixels.js';
import { firstTiffPage, tiffLayout } from './tiff.js';

/**
 * What a baseline TIFF file stores of its first page.
 * @throws OneirosError as `firstTiffPage`; `unsupported` for gray values of 16 bits that count from white to black
 */
export async function tiffSamples(bytes: Uint8Array): Promise<Samples> {
  const { default: utif } = await import('utif2');
  const { width, height, bits, channels, photometric, palette } = tiffLayout(bytes);
  const file = (await firstTiffPage(bytes)).slice().buffer;
  const [page] = utif.decode(file);
  if (page === undefined) throw corrupt('tiff', 'it has no page');
  utif.decodeImage(file, page);
  const data = unpacked(page.data, { width, height, bits, channels });
  const kind = photometric === 3 ? 'palette' : photometric === 2 ? 'rgb' : 'gray';
  if (photometric === 0) {
    if (bits === 16) throw unsupported('tiff', '16-bit white-is-zero');
    const whitest = 2 ** bits - 1;
    for (let i = 0; i < data.length; i += channels) data[i] = whitest - data[i]!;
  }
  return { width, height, kind, bits, channels, data, palette };
}

interface Packing {
  readonly width: number;
  readonly height: number;
  readonly bits: number;
  readonly channels: number;
}

/** utif2 gives 16 bits low byte first, whatever the file has, and single bits as they are packed: each row in whole bytes. */
function unpacked(rows: Uint8Array, { width, height, bits, channels }: Packing): Uint8Array | Uint16Array {
  const perRow = width * channels;
  const rowBytes = Math.ceil((perRow * bits) / 8);
  if (rows.length < rowBytes * height) throw corrupt('tiff', `its pixels end after ${rows.length} bytes`);
  if (bits === 16)
    return Uint16Array.from({ length: perRow * height }, (_, i) => rows[2 * i]! + 256 * rows[2 * i + 1]!);
  if (bits === 8) return rows.slice(0, perRow * height);
  return Uint8Array.from({ length: perRow * height }, (_, i) => {
    const [y, x] = [Math.floor(i / perRow), i % perRow];
    return (rows[y * rowBytes + (x >> 3)]! >> (7 - (x & 7))) & 1;
  });
}
