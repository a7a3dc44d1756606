import { nearest, OneirosError } from '../../base/errors.js';
import type { Float32Tensor } from '../../tensor/tensor.js';
import { loadWeight } from '../../weights/check.js';
import type { Weights } from '../../weights/weights.js';

/** The parameters of a convolution, or of a fully connected layer, which is one whose kernel covers the whole image. */
export interface ConvParameters {
  /** Output channels × input channels × height × width, or output × input features. */
  readonly weight: Float32Tensor;
  readonly bias: Float32Tensor;
}

/** What a network's layers have learned, by the layer's name. */
export type Parameters = ReadonlyMap<string, ConvParameters>;

/**
 * Loads the parameters of a network stage by stage, as far as the checkpoint has them: it may lack the deep ones.
 * @param stages names of the layers of each stage; only stages that are whole are loaded
 * @throws OneirosError `bad-input` if there is not even the first stage, or something is missing in the middle, or what
 *   is there is not finite
 */
export async function loadStages(
  weights: Weights,
  stages: readonly (readonly string[])[],
  network: string,
): Promise<Parameters> {
  const names = stages.map((stage) => stage.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]));
  const end = names.findIndex((stage) => stage.some((name) => !weights.has(name)));
  if (end !== -1) checkEnd(weights, names, end, network);
  const parameters = new Map<string, ConvParameters>();
  for (const layer of stages.slice(0, end === -1 ? stages.length : end).flat())
    parameters.set(layer, await loadConv(weights, layer));
  return parameters;
}

/** @throws OneirosError `not-found`, or `bad-input` if the tensors are not finite */
async function loadConv(weights: Weights, layer: string): Promise<ConvParameters> {
  const load = (name: string) => loadWeight(weights, name, weights.get(name)?.dims ?? []);
  return { weight: await load(`${layer}.weight`), bias: await load(`${layer}.bias`) };
}

/** A checkpoint ends where it ends; but what misses a layer and has a later one is another network, or broken. */
function checkEnd(
  weights: Weights,
  stages: readonly (readonly string[])[],
  end: number,
  network: string,
): void {
  const missing = stages[end]!.find((name) => !weights.has(name))!;
  const later = stages
    .slice(end + 1)
    .flat()
    .find((name) => weights.has(name));
  if (later !== undefined)
    throw new OneirosError(
      'bad-input',
      `the weights have ${later} but lack ${missing}: they are not those of ${network}, or not all of them`,
    );
  if (end > 0) return;
  const near = nearest(missing, weights.keys(), 3).join(', ');
  throw new OneirosError(
    'bad-input',
    `these are no weights of ${network}: ${missing} is missing (near names: ${near || 'none'})`,
  );
}
