import { check, type OptionKinds, optionsFor, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import { own } from '../../base/own.js';
import { headKinds, type HeadOptions } from '../../models/input/class-head.js';
import {
  formatPreprocessing,
  parsePreprocessing,
  type Preprocessing,
  type PreprocessingName,
  preprocessingNames,
  preprocessings,
} from '../../models/input/preprocessing.js';
import { readNetworkMetadata, writeNetworkMetadata } from '../../models/metadata.js';
import type { Model } from '../../onnx/graph.js';
import type { CatalogEntry } from '../../weights/catalog/entry.js';
import { pullKinds, type PullOptions } from '../../weights/catalog/pull-options.js';
import type { Weights } from '../../weights/weights.js';
import { foreignClassifier } from '../generic-onnx.js';
import { type ByNameOptions, loadByName } from '../resolve-name.js';
import { type ModelSource, nameOfSource, readModelSource, type WeightsSource } from '../source.js';
import { type Pretrained, pretrainedKinds } from './build.js';
import { bytesUntil } from './bytes-until.js';
import { Classifier } from './classifier.js';
import { type ClassLabel, parseLabels } from './labels.js';
import { layerNames } from './layer-names.js';
import {
  GoogLeNet,
  pretrainedGoogLeNet,
  pretrainedSqueezeNet,
  pretrainedVGG19,
  SqueezeNet,
  VGG19,
  vgg19Kinds,
  type VGG19Options,
} from './published.js';
import { exportedGoogLeNet, exportedVGG19 } from './recognize-onnx.js';
import { usualLabels } from './usual-labels.js';

type Load = (source: WeightsSource, options: VGG19Options) => Promise<Classifier>;

const loaders: Readonly<Record<string, Load>> = {
  googlenet: (source, options) => GoogLeNet.load(source, optionsFor(pretrainedKinds, options)),
  squeezenet: (source, options) => SqueezeNet.load(source, optionsFor(pretrainedKinds, options)),
  vgg19: (source, options) => VGG19.load(source, options),
  'vgg19-slim16x': (source, options) => VGG19.load(source, { ...options, padding: 'reflect' }),
};

/** The networks that `loadNetwork` builds from weights that are given with their names. */
export const networkNames: readonly string[] = Object.keys(loaders);

const known: Readonly<Record<string, Pretrained>> = {
  googlenet: pretrainedGoogLeNet,
  squeezenet: pretrainedSqueezeNet,
  vgg19: pretrainedVGG19,
  'vgg19-slim16x': pretrainedVGG19,
};

/** The layers that a network of `networkNames` has, if its weights go so far; of any other name none are known. */
export function layerNamesFor(name: string): readonly string[] {
  check('layerNamesFor', { name: [name, kind.text] });
  const pretrained = own(known, name);
  return pretrained === undefined ? [] : layerNames(pretrained.architecture);
}

export interface LoadOptions extends VGG19Options, HeadOptions {
  /** The weights of a network that is given by name. @default those of the catalog's model of that name */
  readonly weights?: WeightsSource | undefined;
  /** How a model of the catalog is fetched that is not here yet. */
  readonly pull?: PullOptions | undefined;
}

const loadKinds: OptionKinds<LoadOptions> = {
  ...vgg19Kinds,
  ...headKinds,
  weights: kind.weights,
  pull: optionsOf(pullKinds),
};

/**
 * Loads a network by name, or opens an ONNX file. Without weights a name is one of the catalog's, whose model is pulled
 * when it is needed for the first time.
 * @param model one of `networkNames` with its weights, a name of the catalog, or a path that ends in .onnx
 * @throws OneirosError `bad-argument` for an unknown name, or where weights are missing or in vain; `not-found` for a model
 *   that is not here and cannot be had; as `openNetwork` and the networks' own `load` do
 */
export async function loadNetwork(model: string, options: LoadOptions = {}): Promise<Classifier> {
  check('loadNetwork', { model: [model, kind.text] }, options, loadKinds);
  const { weights, pull, ...settings } = options;
  return loadByName<Classifier>(
    model,
    {
      task: 'classify',
      kind: 'network',
      names: networkNames,
      build: (name, source) => own(loaders, name)!(source, settings),
      open: (path, entry) => openNetwork(path, entry === undefined ? settings : asCatalogd(entry, settings)),
    },
    { weights, pull, partial: planFor(settings.until) },
  );
}

/** How much of a checkpoint of the catalog is going to be read, where it is not the whole. */
function planFor(until: readonly string[] | undefined): ByNameOptions['partial'] {
  if (until === undefined) return undefined;
  return (weights, { architecture }) => {
    const pretrained = own(known, architecture);
    return pretrained === undefined ? 0 : bytesUntil(pretrained, weights, until);
  };
}

function asCatalogd({ name, preprocessing }: CatalogEntry, options: OpenOptions): OpenOptions {
  return { ...options, name, preprocessing: options.preprocessing ?? customary(preprocessing) };
}

/** What the catalog says of a network's input. */
function customary(text: string): PreprocessingName | Preprocessing | undefined {
  const name = preprocessingNames.find((known) => formatPreprocessing(preprocessings[known]) === text);
  return name ?? parsePreprocessing(text) ?? undefined;
}

export interface OpenOptions extends VGG19Options, HeadOptions {
  /** What to call it. @default the file's name */
  readonly name?: string | undefined;
}

const openKinds: OptionKinds<OpenOptions> = { ...vgg19Kinds, ...headKinds, name: kind.text };

/**
 * Opens a network that somebody exported as an ONNX file. VGG-19 (torchvision's export, the ONNX model zoo's) and the
 * zoo's GoogLeNet are recognized by their structure, and become what `VGG19.load` and `GoogLeNet.load` give; of any other
 * network the layers are the values of its graph.
 * @param source where the file lies (a path in Node, an address in browsers, a `File`), or its bytes
 * @throws OneirosError `not-found`; `bad-input` for a malformed file; `unsupported` if its input is no picture
 */
export async function openNetwork(source: ModelSource, options: OpenOptions = {}): Promise<Classifier> {
  check('openNetwork', { source: [source, kind.file] }, options, openKinds);
  const model = await readModelSource(source);
  const isOrdinary = options.head === undefined && options.activation === undefined;
  const vgg19 = isOrdinary ? exportedVGG19(model.graph) : null;
  // torchvision's and the zoo's are both trained so; of Caffe2's the options have to say that they are not.
  if (vgg19) return VGG19.load(withInput(vgg19, 'imagenet'), optionsFor(vgg19Kinds, options));
  const googlenet = isOrdinary ? exportedGoogLeNet(model.graph) : null;
  if (googlenet) return GoogLeNet.load(withInput(googlenet, 'bvlc'), optionsFor(pretrainedKinds, options));
  const name = (options.name ?? nameOfSource(source) ?? model.graph.name) || 'the network';
  const said = options.labels ?? labelsSaid(model);
  const parts = foreignClassifier(model, name, { ...options, labels: said });
  const classes = 'reason' in parts.head ? 0 : parts.head.classes;
  if (options.labels !== undefined || classes === said.length) return new Classifier(parts);
  const usual = await usualLabels(classes);
  return new Classifier({
    ...parts,
    labels: usual,
    notes: [...(parts.notes ?? []), ...(usual.length === 0 ? [] : [imagenetNote(name)])],
  });
}

function imagenetNote(name: string): string {
  return `${name}: its thousand classes are taken for ImageNet’s, as nobody names them`;
}

/** What a file calls its classes. */
function labelsSaid({ metadata }: Model): readonly ClassLabel[] {
  return parseLabels((readNetworkMetadata(metadata).classes ?? []).join('\n'));
}

function withInput(weights: Weights, input: PreprocessingName) {
  const metadata = Object.fromEntries(writeNetworkMetadata({ input: preprocessings[input] }));
  return { weights, metadata };
}
