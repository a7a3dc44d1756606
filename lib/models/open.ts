import { OneirosError } from '../errors.js';
import type { Weights } from '../weights/weights.js';
import { Classifier } from './classifier.js';
import { GoogLeNet, SqueezeNet, VGG19, type VGG19Options } from './classifiers.js';
import { exportedGoogLeNet, exportedVGG19 } from './exported.js';
import { foreignNetwork } from './foreign.js';
import { formatPreprocessing, preprocessings, type PreprocessingName } from './preprocessing.js';
import { readModelSource, type WeightsSource } from './source.js';

type Load = (source: WeightsSource, options: VGG19Options) => Promise<Classifier>;

const loaders: Readonly<Record<string, Load>> = {
  googlenet: (source, options) => GoogLeNet.load(source, options),
  squeezenet: (source, options) => SqueezeNet.load(source, options),
  vgg19: (source, options) => VGG19.load(source, options),
  'vgg19-slim16x': (source, options) => VGG19.load(source, { ...options, padding: 'reflect' }),
};

/** The networks that `loadNetwork` knows by name. */
export const networkNames: readonly string[] = Object.keys(loaders);

/** Whether `loadNetwork` knows what is meant: one of `networkNames`, or a path that ends in .onnx. */
export function isNetwork(model: string): boolean {
  return networkNames.includes(model) || /\.onnx$/i.test(model);
}

export interface LoadOptions extends VGG19Options {
  /** The weights of a network that is given by name. */
  readonly weights?: WeightsSource | undefined;
}

/**
 * Loads a network by name with its weights, or opens an ONNX file.
 * @param model one of `networkNames`, or a path that ends in .onnx
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; as `openNetwork` and
 *   the networks' own `load` do
 */
export async function loadNetwork(model: string, { weights, ...options }: LoadOptions): Promise<Classifier> {
  const load = loaders[model];
  if (load !== undefined) {
    if (weights !== undefined) return load(weights, options);
    throw new OneirosError(
      'bad-argument',
      `${model} needs weights: a safetensors file or a PyTorch checkpoint`,
    );
  }
  if (!isNetwork(model))
    throw new OneirosError(
      'bad-argument',
      `there is no network ${JSON.stringify(model)}: it is one of ${networkNames.join(', ')}, or a file that ends in .onnx`,
    );
  if (weights !== undefined)
    throw new OneirosError('bad-argument', `${model} brings its own weights; leave the others away`);
  return openNetwork(model, options);
}

export interface OpenOptions extends VGG19Options {
  /** What to call it. @default the file's name */
  readonly name?: string | undefined;
}

/**
 * Opens a network that somebody exported as an ONNX file. VGG-19 (torchvision's export, the ONNX model zoo's) and the
 * zoo's GoogLeNet are recognised by their structure, and become what `VGG19.load` and `GoogLeNet.load` give; of any other
 * network the layers are the values of its graph.
 * @param source a path (in Node), or the bytes of the file
 * @throws OneirosError `not-found`; `bad-input` for a malformed file; `unsupported` if its input is no picture
 */
export async function openNetwork(
  source: string | Uint8Array,
  options: OpenOptions = {},
): Promise<Classifier> {
  const model = await readModelSource(source);
  const vgg19 = exportedVGG19(model.graph);
  // torchvision's and the zoo's are both trained so; of Caffe2's the options have to say that they are not.
  if (vgg19) return VGG19.load(withInput(vgg19, 'imagenet'), options);
  const googlenet = exportedGoogLeNet(model.graph);
  if (googlenet) return GoogLeNet.load(withInput(googlenet, 'bvlc'), options);
  const name = options.name ?? (typeof source === 'string' ? fileName(source) : model.graph.name);
  return new Classifier(foreignNetwork(model, name || 'the network', options));
}

function withInput(weights: Weights, input: PreprocessingName) {
  return { weights, metadata: { input: formatPreprocessing(preprocessings[input]) } };
}

function fileName(path: string): string {
  return path.replace(/^.*[/\\]/, '');
}
