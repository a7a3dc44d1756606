import { translate } from '../../weights/tensor-names/translate.js';
import { byteSizeOf, type Weights } from '../../weights/weights.js';
import type { Pretrained } from './build.js';
import { stagesUntil } from './layer-names.js';

/**
 * The number of bytes of a checkpoint's tensors that a network needs up to the deepest of these layers.
 * @throws OneirosError `bad-argument` for an unknown layer; `bad-input` for weights of another network
 */
export function bytesUntil(
  { architecture, names }: Pick<Pretrained, 'architecture' | 'names'>,
  stored: Weights,
  until: readonly string[],
): number {
  const { weights } = translate(stored, names);
  return stagesUntil(architecture, until)
    .flatMap(({ learned }) => learned)
    .flatMap((layer) => [`${layer}.weight`, `${layer}.bias`])
    .map((name) => {
      const tensor = weights.get(name);
      return tensor === undefined ? 0 : byteSizeOf(name, tensor.dtype, tensor.dims);
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}
