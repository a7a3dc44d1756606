import { check, type OptionKinds, optionsFor, optionsOf } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { own } from '../../base/own.js';
import { googlenetInput } from '../../models/classifiers/googlenet.js';
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
import type { Model } from '../../onnx/graph/graph.js';
import type { CatalogEntry } from '../../weights/catalog/entry.js';
import { pullKinds, type PullOptions } from '../../weights/catalog/pull-options.js';
import type { Weights } from '../../weights/weights.js';
import { type ByNameOptions, loadFrom } from '../resolve-name.js';
import { type ModelSource, nameOfSource, readModelSource, type WeightsSource } from '../source.js';
import { type Pretrained, pretrainedKinds } from './build.js';
import { bytesUntil } from './bytes-until.js';
import { Classifier } from './classifier.js';
import { type ClassLabel, parseLabels } from './labels.js';
import { layerNames } from './layer-names.js';
import { genericClassifier } from './onnx-classifier.js';
import {
  GoogLeNet,
  pretrainedGoogLeNet,
  pretrainedSqueezeNet,
  pretrainedVGG19,
  SqueezeNet,
  VGG19,
  vgg19Kinds,
  type VGG19Options,
} from './published-classifiers.js';
import { exportedGoogLeNet, exportedVGG19 } from './recognize-onnx.js';
import { usualLabels } from './usual-labels.js';

type Load = (source: WeightsSource, options: VGG19Options) => Promise<Classifier>;

const loaders: Readonly<Record<string, Load>> = {
  googlenet: (source, options) => GoogLeNet.load(source, optionsFor(pretrainedKinds, options)),
  squeezenet: (source, options) => SqueezeNet.load(source, optionsFor(pretrainedKinds, options)),
  vgg19: (source, options) => VGG19.load(source, options),
  'vgg19-slim16x': (source, options) => VGG19.load(source, { ...options, padding: 'reflect' }),
};

/** The names that `loadClassifier` accepts together with `weights`. */
export const classifierNames: readonly string[] = Object.keys(loaders);

const known: Readonly<Record<string, Pretrained>> = {
  googlenet: pretrainedGoogLeNet,
  squeezenet: pretrainedSqueezeNet,
  vgg19: pretrainedVGG19,
  'vgg19-slim16x': pretrainedVGG19,
};

/**
 * The layers of a network of `classifierNames`; a network whose weights end early has fewer. Empty for any other name.
 */
export function layerNamesFor(name: string): readonly string[] {
  check('layerNamesFor', { name: [name, kind.text] });
  const pretrained = own(known, name);
  return pretrained === undefined ? [] : layerNames(pretrained.architecture);
}

export interface LoadClassifierOptions extends VGG19Options, HeadOptions {
  /** A name for the network of an ONNX file. @default the file's name */
  readonly name?: string | undefined;
  /** The weights of a network that is loaded by name. @default the weights of the catalog's model with that name */
  readonly weights?: WeightsSource | undefined;
  /** How to download a model of the catalog. */
  readonly pull?: PullOptions | undefined;
}

const loadKinds: OptionKinds<LoadClassifierOptions> = {
  ...vgg19Kinds,
  ...headKinds,
  name: kind.text,
  weights: kind.weights,
  pull: optionsOf(pullKinds),
};

/** The options of a classifier that is built or opened. */
type GraphOptions = VGG19Options & HeadOptions & Pick<LoadClassifierOptions, 'name'>;

/**
 * Loads a classifier: by name, with weights or from the catalog (which downloads the model on first use), or from an
 * ONNX file. VGG-19 (exported by torchvision or from the ONNX model zoo) and the zoo's GoogLeNet are recognized and
 * loaded as by `VGG19.load` and `GoogLeNet.load`. In any other file, the layers are the values of the graph, and the
 * network can classify if one of its outputs is a row of scores or probabilities.
 *
 *     await using network = await loadClassifier('googlenet');
 *
 * @param source a name (of `classifierNames` with `weights`, or of the catalog); a path that ends in .onnx; an address,
 *   a `URL` or a `File`; the bytes of an ONNX file; or a model
 * @throws OneirosError `bad-argument` for an unknown name, or if weights are missing, or given for a model that takes
 *   none; `not-found` if no source has the model; `bad-input` for a malformed file; `unsupported` if its input is not a
 *   picture
 */
export async function loadClassifier(
  source: ModelSource,
  options: LoadClassifierOptions = {},
): Promise<Classifier> {
  check('loadClassifier', { source: [source, kind.networkSource] }, options, loadKinds);
  const { weights, pull, ...settings } = options;
  return loadFrom<Classifier>(
    source,
    {
      task: 'classify',
      kind: 'network',
      names: classifierNames,
      build: (name, source) => buildClassifier(name, source, settings),
      open: (graph, entry) => openClassifier(graph, settings, entry),
    },
    { weights, pull, partial: planFor(settings.until) },
  );
}

/** Builds a network of `classifierNames` from its weights. */
export function buildClassifier(
  name: string,
  weights: WeightsSource,
  options: GraphOptions,
): Promise<Classifier> {
  return own(loaders, name)!(weights, optionsFor(vgg19Kinds, options));
}

/** How to compute the number of bytes to download of a catalog checkpoint; `undefined` for the whole file. */
function planFor(until: readonly string[] | undefined): ByNameOptions['partial'] {
  if (until === undefined) return undefined;
  return (weights, { architecture }) => {
    const pretrained = own(known, architecture);
    return pretrained === undefined ? 0 : bytesUntil(pretrained, weights, until);
  };
}

/** The preprocessing that the catalog states. */
function catalogPreprocessing(text: string): PreprocessingName | Preprocessing | undefined {
  const name = preprocessingNames.find((known) => formatPreprocessing(preprocessings[known]) === text);
  return name ?? parsePreprocessing(text) ?? undefined;
}

/** Opens a classifier from a graph, with name and preprocessing from its catalog entry, if any. */
export async function openClassifier(
  source: ModelSource,
  given: GraphOptions,
  entry?: CatalogEntry,
): Promise<Classifier> {
  const model = await readModelSource(source);
  const options: GraphOptions =
    entry === undefined
      ? given
      : {
          ...given,
          name: entry.name,
          preprocessing: given.preprocessing ?? catalogPreprocessing(entry.preprocessing),
        };
  const isOrdinary = options.head === undefined && options.activation === undefined;
  const vgg19 = isOrdinary ? exportedVGG19(model.graph) : null;
  // torchvision's and the zoo's VGG-19 both use this preprocessing; for Caffe2's, the option has to be set.
  if (vgg19) return VGG19.load(withInput(vgg19, 'imagenet'), optionsFor(vgg19Kinds, options));
  const googlenet = isOrdinary ? exportedGoogLeNet(model.graph) : null;
  if (googlenet)
    return GoogLeNet.load(withInput(googlenet, googlenetInput), optionsFor(pretrainedKinds, options));
  const name = (options.name ?? nameOfSource(source) ?? model.graph.name) || 'the network';
  const stated = options.labels ?? statedLabels(model);
  const parts = genericClassifier(model, name, { ...options, labels: stated });
  const classes = 'reason' in parts.head ? 0 : parts.head.classes;
  if (options.labels !== undefined || classes === stated.length) return new Classifier(parts);
  const usual = await usualLabels(classes);
  return new Classifier({
    ...parts,
    labels: usual,
    notes: [...(parts.notes ?? []), ...(usual.length === 0 ? [] : [imagenetNote(name)])],
  });
}

function imagenetNote(name: string): string {
  return `${name}: its 1000 classes have no names: ImageNet’s are assumed`;
}

/** The names of classes in a file's metadata. */
function statedLabels({ metadata }: Model): readonly ClassLabel[] {
  return parseLabels((readNetworkMetadata(metadata).classes ?? []).join('\n'));
}

function withInput(weights: Weights, input: PreprocessingName) {
  const metadata = Object.fromEntries(writeNetworkMetadata({ input: preprocessings[input] }));
  return { weights, metadata };
}
