import { access } from 'node:fs/promises';
import { join } from 'node:path';

import { writeFileAtomic } from '../../../lib/files/write.js';
import { RandomWeights } from '../../../lib/models/faster-rcnn/random-weights.js';
import type { NumericTensor } from '../../../lib/tensor/tensor.js';
import { writeSafetensors } from '../../../lib/weights/formats/safetensors.js';

/**
 * The path of a safetensors file with random weights, which both sides load; written at the first call.
 * @param fill draws the weights
 */
export async function weightFile(
  folder: string,
  name: string,
  fill: (weights: RandomWeights) => void,
): Promise<string> {
  const path = join(folder, `${name}.safetensors`);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere) return path;
  const weights = new RandomWeights(1);
  fill(weights);
  const tensors = new Map<string, NumericTensor>();
  for (const [key, stored] of weights.made) tensors.set(key, await stored.load());
  await writeFileAtomic(path, writeSafetensors(tensors));
  return path;
}
