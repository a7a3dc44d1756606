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
import { foreignClassifier } from './onnx-classifier.js';
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

/** The classifiers that `loadClassifier` builds from weights that are given with their names. */
export const classifierNames: readonly string[] = Object.keys(loaders);

const known: Readonly<Record<string, Pretrained>> = {
  googlenet: pretrainedGoogLeNet,
  squeezenet: pretrainedSqueezeNet,
  vgg19: pretrainedVGG19,
  'vgg19-slim16x': pretrainedVGG19,
};

/** The layers that a network of `classifierNames` has, if its weights go so far; of any other name none are known. */
export function layerNamesFor(name: string): readonly string[] {
  check('layerNamesFor', { name: [name, kind.text] });
  const pretrained = own(known, name);
  return pretrained === undefined ? [] : layerNames(pretrained.architecture);
}

export interface LoadClassifierOptions extends VGG19Options, HeadOptions {
  /** What to call a network of a file. @default the file's name */
  readonly name?: string | undefined;
  /** The weights of a network that is given by name. @default those of the catalog's model of that name */
  readonly weights?: WeightsSource | undefined;
  /** How a model of the catalog is fetched that is not here yet. */
  readonly pull?: PullOptions | undefined;
}

const loadKinds: OptionKinds<LoadClassifierOptions> = {
  ...vgg19Kinds,
  ...headKinds,
  name: kind.text,
  weights: kind.weights,
  pull: optionsOf(pullKinds),
};

/** The options of a classifier that is made of a graph. */
type GraphOptions = VGG19Options & HeadOptions & Pick<LoadClassifierOptions, 'name'>;

/**
 * Loads a classifier: by name, with its weights or from the catalog, whose model is pulled when it is needed for the first
 * time; or from an ONNX file. In a file VGG-19 (torchvision's export, the ONNX model zoo's) and the zoo's GoogLeNet are
 * recognized by their structure, and become what `VGG19.load` and `GoogLeNet.load` give; of any other network the layers
 * are the values of its graph, and it can classify if one of its outputs is a row of scores or probabilities.
 *
 *     await using network = await loadClassifier('googlenet');
 *
 * @param source a name (one of `classifierNames` with its weights, or one of the catalog); a path that ends in .onnx; an
 *   address, a `URL` or a `File`; the bytes of an ONNX file, or a model
 * @throws OneirosError `bad-argument` for an unknown name, or if weights are missing, or given for a model that takes none;
 *   `not-found` if no source has the model; `bad-input` for a malformed file; `unsupported` if its input is no picture
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

/** One of `classifierNames` from its weights. */
export function buildClassifier(
  name: string,
  weights: WeightsSource,
  options: GraphOptions,
): Promise<Classifier> {
  return own(loaders, name)!(weights, optionsFor(vgg19Kinds, options));
}

/** How much of a checkpoint of the catalog is going to be read, where it is not the whole. */
function planFor(until: readonly string[] | undefined): ByNameOptions['partial'] {
  if (until === undefined) return undefined;
  return (weights, { architecture }) => {
    const pretrained = own(known, architecture);
    return pretrained === undefined ? 0 : bytesUntil(pretrained, weights, until);
  };
}

/** What the catalog says of a network's input. */
function customary(text: string): PreprocessingName | Preprocessing | undefined {
  const name = preprocessingNames.find((known) => formatPreprocessing(preprocessings[known]) === text);
  return name ?? parsePreprocessing(text) ?? undefined;
}

/** A classifier of a graph, which the catalog may tell something about. */
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
          preprocessing: given.preprocessing ?? customary(entry.preprocessing),
        };
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
