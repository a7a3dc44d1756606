import { GoogLeNet, VGG19 } from '../../../lib/api/index.js';
import type { RandomWeights } from '../../../lib/models/faster-rcnn/random-weights.js';
import type { Network } from '../../../lib/networks/network.js';
import type { Placement } from '../../../lib/runtime/types.js';
import { inceptions } from './inceptions.js';
import { torchvisionGoogLeNet } from './torchvision-googlenet.js';
import { weightFile } from './weight-file.js';

/** A network to differentiate, up to one layer, with random weights. */
export interface BenchNetwork {
  /** Its name in the table. */
  readonly title: string;
  /** Its name in scripts/bench/peer/networks.py. */
  readonly peer: string;
  /** The layer that the gradient begins at. */
  readonly layer: string;
  /** The path of the weights, in a folder where it is written at the first call. */
  readonly weights: (folder: string) => Promise<string>;
  readonly load: (weights: string, placement: Placement) => Promise<Network>;
}

export const vgg19: BenchNetwork = {
  title: 'VGG-19 to relu5_1',
  peer: 'vgg19',
  layer: 'relu5_1',
  weights: (folder) => weightFile(folder, 'vgg19', fillVgg19),
  load: (weights, placement) => VGG19.load(weights, { placement, until: ['relu5_1'] }),
};

export const googlenet: BenchNetwork = {
  title: "GoogLeNet (Caffe's, LRN) to inception_4c/output",
  peer: 'googlenet',
  layer: 'inception_4c/output',
  weights: (folder) => weightFile(folder, 'googlenet', fillGoogLeNet),
  load: (weights, placement) => GoogLeNet.load(weights, { placement, until: ['inception_4c/output'] }),
};

export const googlenetOfTorchvision: BenchNetwork = {
  title: "GoogLeNet (torchvision's, batch norm) to inception4c",
  peer: 'torchvision_googlenet',
  ...torchvisionGoogLeNet,
};

function fillVgg19(weights: RandomWeights): void {
  let [index, channels] = [0, 3];
  for (const [width, count] of [
    [64, 2],
    [128, 2],
    [256, 4],
    [512, 4],
    [512, 1],
  ] as const) {
    for (let i = 0; i < count; i++, index += 2) {
      weights.withBias(`features.${index}`, [width, channels, 3, 3]);
      channels = width;
    }
    index++;
  }
}

function fillGoogLeNet(weights: RandomWeights): void {
  weights.withBias('conv1/7x7_s2', [64, 3, 7, 7], 0.002); // for an input of 0…255
  weights.withBias('conv2/3x3_reduce', [64, 64, 1, 1]);
  weights.withBias('conv2/3x3', [192, 64, 3, 3]);
  for (const [name, [from, one, reduce3, three, reduce5, five, pool]] of Object.entries(inceptions)) {
    const at = (part: string) => `inception_${name}/${part}`;
    weights.withBias(at('1x1'), [one, from, 1, 1]);
    weights.withBias(at('3x3_reduce'), [reduce3, from, 1, 1]);
    weights.withBias(at('3x3'), [three, reduce3, 3, 3]);
    weights.withBias(at('5x5_reduce'), [reduce5, from, 1, 1]);
    weights.withBias(at('5x5'), [five, reduce5, 5, 5]);
    weights.withBias(at('pool_proj'), [pool, from, 1, 1]);
  }
}
