import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { type Image, image, plane, type Size } from '../../lib/image/image.js';

/** Nine pictures of a folder in a 3×3 grid, for the statistics of norms. */
export async function mosaicOf(
  folder: string,
  { width, height }: Size,
  read: (path: string, size: Size) => Promise<Image>,
): Promise<Image> {
  const files = (await readdir(folder)).sort();
  const mosaic = image({ width: 3 * width, height: 3 * height });
  for (let i = 0; i < 9; i++) {
    const tile = await read(join(folder, files[Math.floor((i * files.length) / 9)]!), { width, height });
    const [left, top] = [(i % 3) * width, Math.floor(i / 3) * height];
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < height; y++) {
        const row = plane(tile, c).subarray(y * width, (y + 1) * width);
        plane(mosaic, c).set(row, (top + y) * mosaic.width + left);
      }
  }
  return mosaic;
}
