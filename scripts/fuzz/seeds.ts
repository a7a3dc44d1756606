import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { encodeImage } from '../../lib/image/codec/decode-encode.js';
import { image } from '../../lib/image/image.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { float32 } from '../../lib/tensor/tensor.js';
import { encodeState } from '../../lib/train/fit/checkpoint-format.js';
import { writeSafetensors } from '../../lib/weights/formats/safetensors.js';
import { modelOf } from '../../spec/autodiff/prepare.js';
import { table } from '../../spec/autodiff/table.js';

const root = join(import.meta.dirname, '../..');

/** Larger seeds would allow only few inputs per second. */
const largest = 300_000;

/** One model for each row of the table of gradients, and the small shipped and golden models. */
export async function onnxSeeds(folders: readonly string[]): Promise<Uint8Array[]> {
  const rows = table.map((row) =>
    encodeModel(modelOf({ row, variant: row.options.variants?.[0] ?? 'static' }, 'float32')),
  );
  return [...rows, ...(await filesIn(folders, ['.onnx']))];
}

/** Golden pictures of the specs in every format, and a few written here. */
export async function pictureSeeds(
  endings: readonly string[],
  folders: readonly string[],
): Promise<Uint8Array[]> {
  const golden = Object.entries(await goldenBytes('spec/image/golden/files.json'));
  const named = golden.filter(([name]) => endings.some((ending) => name.includes(ending.slice(1))));
  const small = image(
    { width: 12, height: 9 },
    Float32Array.from({ length: 3 * 12 * 9 }, (_, i) => (i % 17) / 16),
  );
  const written = await Promise.all([
    ...(endings.includes('.png') ? [encodeImage(small, 'png', { text: { recipe: '[]' } })] : []),
    ...(endings.includes('.jpg') ? [encodeImage(small, 'jpeg', { quality: 80 })] : []),
  ]);
  return [...named.map(([, bytes]) => bytes), ...written, ...(await filesIn(folders, endings))];
}

/** Golden checkpoints of the specs, and safetensors files written here. */
export async function checkpointSeeds(folders: readonly string[]): Promise<Uint8Array[]> {
  const golden = Object.values(await goldenBytes('spec/weights/golden/checkpoints.json'));
  const tensors = new Map([
    ['a', float32([1, 2, 3, 4], [2, 2])],
    ['b.weight', float32([], [0, 3])],
  ]);
  return [
    ...golden,
    writeSafetensors(tensors, { format: 'spec' }),
    ...(await filesIn(folders, ['.pth', '.pt', '.safetensors'])),
  ];
}

/** A state file as training writes it. */
export const trainingIdentity = { steps: 4, batch: 2, shuffle: true };
export function trainingSeeds(): Promise<Uint8Array[]> {
  const state = {
    step: 2,
    figures: { loss: 1, metrics: { dice: 0.5 }, learningRate: 0.1, gradientNorm: 1 },
    validation: null,
    learned: new Map([['w', float32([1, 2], [2])]]),
    optimizer: { updates: 2, buffers: { 'm/w': Float32Array.of(0, 1) } },
    sizes: new Map([['image', [2, 3, 8, 8]]]),
  };
  return Promise.resolve([encodeState(state, trainingIdentity)]);
}

/** The entries of golden files that map names to bytes, as a list or in base64. */
async function goldenBytes(path: string): Promise<Record<string, Uint8Array>> {
  const golden: unknown = JSON.parse(await readFile(join(root, path), 'utf8'));
  const entries = Object.entries(golden ?? {}).flatMap(([name, value]): [string, Uint8Array][] => {
    const bytes: unknown =
      typeof value === 'object' && value !== null ? Reflect.get(value, 'bytes') : undefined;
    if (typeof bytes === 'string') return [[name, Buffer.from(bytes, 'base64')]];
    return Array.isArray(bytes) ? [[name, Uint8Array.from(bytes, Number)]] : [];
  });
  return Object.fromEntries(entries);
}

async function filesIn(folders: readonly string[], endings: readonly string[]): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  for (const folder of folders)
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !endings.some((ending) => entry.name.endsWith(ending))) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      if (bytes.length <= largest) found.push(bytes);
    }
  return found;
}
