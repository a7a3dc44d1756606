import { OneirosError } from '../../base/errors.js';
import type { Float32Tensor } from '../../tensor/tensor.js';
import { loadWeight } from '../../weights/check-tensor.js';
import type { Weights } from '../../weights/weights.js';

/** Batch normalization: four numbers for each channel. */
export interface Norm {
  readonly scale: Float32Tensor;
  readonly shift: Float32Tensor;
  readonly mean: Float32Tensor;
  readonly variance: Float32Tensor;
}

export interface Convolution {
  /** Outputs × inputs × height × width; for a transposed convolution inputs × outputs × height × width. */
  readonly weight: Float32Tensor;
  readonly bias: Float32Tensor | null;
  readonly norm: Norm | null;
}

/** Two 3×3 convolutions. */
export type Block = readonly [Convolution, Convolution];

/** The parameters of a U-Net. Their shapes determine depth, widths, channels and classes. */
export interface UNetParameters {
  /** From the highest resolution to the lowest: one block more than poolings. */
  readonly encoder: readonly Block[];
  /** From the lowest resolution up: the transposed convolution before a decoder block; `null` for interpolation. */
  readonly climbs: readonly (Convolution | null)[];
  /** From the lowest resolution up. */
  readonly decoder: readonly Block[];
  /** The 1×1 convolution that gives scores. */
  readonly head: Convolution;
}

/** The number of output channels of a convolution. */
export function outputsOf({ weight }: Convolution): number {
  return weight.dims[0]!;
}

/**
 * Loads the parameters of a U-Net by their canonical names (`weights/tensor-names/unet.ts`), which determine its depth.
 * @throws OneirosError `bad-input` if parameters are missing, shapes contradict each other, or numbers are not finite
 */
export async function loadUNet(weights: Weights): Promise<UNetParameters> {
  const depth = depthOf(weights);
  const encoder: Block[] = [];
  let channels: number | null = null;
  for (let level = 1; level <= depth + 1; level++) {
    const block: Block = await loadBlock(weights, `encoder${level}`, channels);
    encoder.push(block);
    channels = outputsOf(block[1]);
  }
  const climbs: (Convolution | null)[] = [];
  const decoder: Block[] = [];
  for (let step = 1; step <= depth; step++) {
    const climb: Convolution | null = await loadClimb(weights, `up${step}`, channels);
    const climbed: number | null = climb === null ? channels : climb.weight.dims[1]!;
    const skipped = outputsOf(encoder[depth - step]![1]);
    const block: Block = await loadBlock(weights, `decoder${step}`, climbed! + skipped);
    climbs.push(climb);
    decoder.push(block);
    channels = outputsOf(block[1]);
  }
  return { encoder, climbs, decoder, head: await loadConvolution(weights, 'head', [null, channels, 1, 1]) };
}

function depthOf(weights: Weights): number {
  let levels = 0;
  while (weights.has(`encoder${levels + 1}/conv1.weight`)) levels++;
  if (levels < 2)
    throw new OneirosError('bad-input', `a U-Net has at least two levels, but these weights have ${levels}`);
  return levels - 1;
}

async function loadBlock(weights: Weights, block: string, channels: number | null): Promise<Block> {
  const first = await loadConvolution(weights, `${block}/conv1`, [null, channels, 3, 3], `${block}/norm1`);
  const second = await loadConvolution(
    weights,
    `${block}/conv2`,
    [null, outputsOf(first), 3, 3],
    `${block}/norm2`,
  );
  return [first, second];
}

async function loadConvolution(
  weights: Weights,
  name: string,
  dims: readonly (number | null)[],
  norm?: string,
): Promise<Convolution> {
  const weight = await loadWeight(weights, `${name}.weight`, dims);
  const outputs = weight.dims[0]!;
  return {
    weight,
    bias: await loadBias(weights, name, outputs),
    norm: norm === undefined ? null : await loadNorm(weights, norm, outputs),
  };
}

async function loadClimb(
  weights: Weights,
  name: string,
  channels: number | null,
): Promise<Convolution | null> {
  if (!weights.has(`${name}.weight`)) return null;
  const weight = await loadWeight(weights, `${name}.weight`, [channels, null, 2, 2]);
  return { weight, bias: await loadBias(weights, name, weight.dims[1]!), norm: null };
}

async function loadBias(weights: Weights, name: string, outputs: number): Promise<Float32Tensor | null> {
  return weights.has(`${name}.bias`) ? loadWeight(weights, `${name}.bias`, [outputs]) : null;
}

async function loadNorm(weights: Weights, name: string, channels: number): Promise<Norm | null> {
  if (!weights.has(`${name}.running_mean`)) return null;
  const load = (part: string) => loadWeight(weights, `${name}.${part}`, [channels]);
  const variance = await load('running_var');
  if (variance.data.some((value) => value < 0))
    throw new OneirosError('bad-input', `the weights are damaged: ${name}.running_var has negative numbers`);
  return {
    scale: await load('weight'),
    shift: await load('bias'),
    mean: await load('running_mean'),
    variance,
  };
}
