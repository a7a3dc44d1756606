import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
import { choice, resolveOptions } from '../../base/option-table.js';
import { googlenet, googlenetInput } from '../../models/classifiers/googlenet.js';
import type { Padding } from '../../models/classifiers/layer-builder.js';
import { squeezenet, squeezenetInput } from '../../models/classifiers/squeezenet.js';
import { vgg19 } from '../../models/classifiers/vgg19.js';
import { googlenetNames } from '../../weights/tensor-names/googlenet.js';
import { vgg19Names } from '../../weights/tensor-names/vgg19.js';
import type { WeightsSource } from '../source.js';
import { loadPretrained, type Pretrained, pretrainedKinds, type PretrainedOptions } from './build.js';
import { Classifier } from './classifier.js';

export const vgg19Options = {
  pooling: choice(['max', 'average'], 'max', 'the kind of 2×2 pooling; average gives smoother styles'),
};

/** What `vgg19Options` lets a caller choose, as an editor shows it; `npm run api` writes it from there. */
export interface VGG19Parameters {
  /**
   * The kind of 2×2 pooling; average gives smoother styles.
   * @default 'max'
   */
  readonly pooling?: 'max' | 'average' | undefined;
}

export interface VGG19Options extends PretrainedOptions, VGG19Parameters {
  /** How convolutions pad the image. @default 'reflect' for slim16x weights, otherwise 'zero' */
  readonly padding?: Padding | undefined;
}

export const vgg19Kinds: OptionKinds<VGG19Options> = {
  ...pretrainedKinds,
  ...vgg19Options,
  padding: oneOf('zero', 'reflect'),
};

export const pretrainedVGG19: Pretrained = {
  architecture: vgg19,
  names: vgg19Names,
  crop: { resize: 256, crop: { width: 224, height: 224 } },
  // Every scheme except torchvision's names the weights that the VGG authors trained.
  preprocessing: (scheme) => (scheme === 'torchvision' ? 'imagenet' : 'caffe'),
};

/** VGG-19 (Simonyan and Zisserman 2015). Its weights determine the widths, and how deep it is. */
export class VGG19 extends Classifier {
  /**
   * Loads weights with the names of torchvision, Caffe, Keras, J. Johnson or slim16x.
   * @throws OneirosError `not-found`; `bad-input` for weights that are damaged or belong to another network
   */
  static async load(source: WeightsSource, options: VGG19Options = {}): Promise<VGG19> {
    check('VGG19.load', { source: [source, kind.weights] }, options, vgg19Kinds);
    const { pooling } = resolveOptions(vgg19Options, options);
    const graph = { pooling, padding: options.padding };
    return new VGG19(await loadPretrained(pretrainedVGG19, source, options, graph));
  }
}

export const pretrainedGoogLeNet: Pretrained = {
  architecture: googlenet,
  names: googlenetNames,
  crop: { resize: 256, crop: { width: 224, height: 224 } },
  preprocessing: () => googlenetInput,
};

/** GoogLeNet (Szegedy et al. 2015) as BVLC trained it. */
export class GoogLeNet extends Classifier {
  /**
   * Loads weights with Caffe's names.
   * @throws OneirosError `not-found`; `bad-input` for weights that are damaged or belong to another network
   */
  static async load(source: WeightsSource, options: PretrainedOptions = {}): Promise<GoogLeNet> {
    check('GoogLeNet.load', { source: [source, kind.weights] }, options, pretrainedKinds);
    return new GoogLeNet(await loadPretrained(pretrainedGoogLeNet, source, options));
  }
}

export const pretrainedSqueezeNet: Pretrained = {
  architecture: squeezenet,
  names: {
    network: 'SqueezeNet 1.1',
    schemes: [
      {
        name: 'Caffe',
        rules: [
          { from: 'conv{n}.{p}', to: 'conv{n}.{p}' },
          { from: 'fire{n#}/{layer}.{p}', to: 'fire{n}/{layer}.{p}' },
        ],
      },
    ],
  },
  crop: { resize: 256, crop: { width: 227, height: 227 } },
  preprocessing: () => squeezenetInput,
};

/** SqueezeNet 1.1 (Iandola et al. 2016). */
export class SqueezeNet extends Classifier {
  /**
   * Loads weights with Caffe's names.
   * @throws OneirosError `not-found`; `bad-input` for weights that are damaged or belong to another network
   */
  static async load(source: WeightsSource, options: PretrainedOptions = {}): Promise<SqueezeNet> {
    check('SqueezeNet.load', { source: [source, kind.weights] }, options, pretrainedKinds);
    return new SqueezeNet(await loadPretrained(pretrainedSqueezeNet, source, options));
  }
}
