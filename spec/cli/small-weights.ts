import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { random } from '../../lib/tensor/random.js';
import { speckles, waves } from '../tasks/pictures.js';

/**
 * A folder with two pictures and seeded weights of a very narrow VGG-19, which runs in milliseconds. `remove` deletes
 * it.
 */
export async function smallWorkshop() {
  const folder = await mkdtemp(join(tmpdir(), 'oneiros-'));
  const path = (name: string) => join(folder, name);
  await writeFile(path('vgg.safetensors'), smallVgg());
  await writeFile(path('photo.png'), await encodeImage(waves({ width: 64, height: 48 }), 'png'));
  await writeFile(path('painting.png'), await encodeImage(speckles({ width: 50, height: 60 }), 'png'));
  return { path, remove: () => rm(folder, { recursive: true }) };
}

/** conv1_1 … conv3_1 with 4, 6 and 8 channels, as a safetensors file. */
export function smallVgg(): Uint8Array {
  const layers = [
    ['conv1_1', 4, 3],
    ['conv1_2', 4, 4],
    ['conv2_1', 6, 4],
    ['conv2_2', 6, 6],
    ['conv3_1', 8, 6],
  ] as const;
  const source = random(4);
  const header: Record<string, object> = {};
  const values: number[] = [];
  const add = (name: string, shape: readonly number[], value: () => number) => {
    const begin = values.length;
    for (let i = shape.reduce((product, size) => product * size, 1); i > 0; i--) values.push(value());
    header[name] = { dtype: 'F32', shape, data_offsets: [4 * begin, 4 * values.length] };
  };
  for (const [name, outputs, inputs] of layers) {
    add(`${name}.weight`, [outputs, inputs, 3, 3], () => source.normal() / Math.sqrt(4.5 * inputs));
    add(`${name}.bias`, [outputs], () => 0.05);
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(BigUint64Array.of(BigInt(text.length)).buffer);
  return Uint8Array.from([...length, ...text, ...new Uint8Array(Float32Array.from(values).buffer)]);
}
