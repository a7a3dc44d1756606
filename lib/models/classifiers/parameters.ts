import { OneirosError } from '../../base/errors.js';
import { nearest } from '../../base/nearest-names.js';
import type { Float32Tensor } from '../../tensor/tensor.js';
import { loadWeight } from '../../weights/check-tensor.js';
import type { Weights } from '../../weights/weights.js';

/**
 * The parameters of a convolution, or of a fully connected layer: a convolution whose kernel covers the whole image.
 */
export interface ConvParameters {
  /** Output channels × input channels × height × width, or output × input features. */
  readonly weight: Float32Tensor;
  readonly bias: Float32Tensor;
}

/** The parameters of a network's layers, by the layer's name. */
export type Parameters = ReadonlyMap<string, ConvParameters>;

/**
 * Loads the parameters of a network stage by stage. The checkpoint may end early: then the deeper stages are left out.
 * @param stages names of the layers of each stage; only complete stages are loaded
 * @throws OneirosError `bad-input` if the first stage is incomplete, or a stage before the last one found is, or a
 *   number is not finite
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

/**
 * A checkpoint may end early. But one that lacks a layer and has a later one belongs to another network, or is damaged.
 */
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
      `the weights have ${later} but lack ${missing}: they are incomplete, or not the weights of ${network}`,
    );
  if (end > 0) return;
  const near = nearest(missing, weights.keys(), 3).join(', ');
  throw new OneirosError(
    'bad-input',
    `these are not the weights of ${network}: ${missing} is missing (near names: ${near || 'none'})`,
  );
}
