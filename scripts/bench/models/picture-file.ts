import { join } from 'node:path';

import { writeFileAtomic } from '../../../lib/files/write.js';
import { readImage } from '../../../lib/image/codec/read-write.js';
import { resize } from '../../../lib/image/geometry/resize.js';
import { type Image, toTensor } from '../../../lib/image/image.js';

const photographs = join(import.meta.dirname, '../../demo/photographs');

/** A photograph of the demo, stretched to a size. */
export async function photograph(name: string, width: number, height = width): Promise<Image> {
  return resize(await readImage(join(photographs, name)), { width, height });
}

/** The path of a file with a picture's elements as float32, 3×height×width, for peers. */
export async function pictureFile(folder: string, name: string, picture: Image): Promise<string> {
  const path = join(folder, `${name}-${picture.width}x${picture.height}.f32`);
  const { data } = toTensor(picture);
  await writeFileAtomic(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return path;
}
