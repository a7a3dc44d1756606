import { check, type OptionKinds, optionsOf } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import type { Model } from '../onnx/graph/graph.js';
import { placementKinds } from '../runtime/options.js';
import type { Placement } from '../runtime/types.js';
import type { CatalogEntry } from '../weights/catalog/entry.js';
import { pullKinds, type PullOptions } from '../weights/catalog/pull-options.js';
import type { Classifier } from './classifier/classifier.js';
import { buildClassifier, classifierNames, openClassifier } from './classifier/load.js';
import type { Detector } from './detector/detector.js';
import { buildDetector, detectorNames, detectorOf } from './detector/load.js';
import { isAmong, loadFrom } from './resolve-name.js';
import { buildSegmenter, segmenterNames } from './segmenter/load.js';
import { segmenterOf } from './segmenter/onnx-segmenter.js';
import type { Segmenter } from './segmenter/segmenter.js';
import { type ModelSource, nameOfSource, readModelSource, type WeightsSource } from './source.js';

export interface LoadNetworkOptions {
  /** A name for the network of an ONNX file. @default the file's name */
  readonly name?: string | undefined;
  /** Where it runs. @default ONNX Runtime's choice */
  readonly placement?: Placement | undefined;
  /** The weights of a network that is loaded by name. @default the weights of the catalog's model with that name */
  readonly weights?: WeightsSource | undefined;
  /** How to download a model of the catalog. */
  readonly pull?: PullOptions | undefined;
}

const loadKinds: OptionKinds<LoadNetworkOptions> = {
  name: kind.text,
  placement: optionsOf(placementKinds),
  weights: kind.weights,
  pull: optionsOf(pullKinds),
};

/** The options of a network from an ONNX graph. */
type GraphOptions = Pick<LoadNetworkOptions, 'name' | 'placement'>;

/**
 * Loads a network of any kind. The catalog states the kind of its models; for a graph, the outputs decide: a graph that
 * gives detections is a detector, one row of scores a classifier, and planes of the picture's size (or of any size, if
 * the file names its classes) a segmenter. Any other graph of one picture becomes a classifier that cannot classify,
 * but has layers, for example to dream. `loadClassifier`, `loadDetector` and `loadSegmenter` load one kind, with its
 * options.
 *
 *     const network = await loadNetwork('model.onnx');
 *     if (network instanceof Detector) …
 *
 * @param source a name (of a network, with `weights`, or of the catalog); a path that ends in .onnx; an address, a
 *   `URL` or a `File`; the bytes of an ONNX file; or a model
 * @throws OneirosError `bad-argument` for an unknown name, or if weights are missing, or given for a model that takes
 *   none; `not-found` if no source has the model; `bad-input` for a malformed file; `unsupported` if its input is not a
 *   picture
 */
export async function loadNetwork(
  source: ModelSource,
  options: LoadNetworkOptions = {},
): Promise<Classifier | Detector | Segmenter> {
  check('loadNetwork', { source: [source, kind.networkSource] }, options, loadKinds);
  const { weights, pull, ...settings } = options;
  return loadFrom<Classifier | Detector | Segmenter>(
    source,
    {
      kind: 'network',
      names: [...classifierNames, ...detectorNames, ...segmenterNames],
      build: (name, source) => build(name, source, settings),
      open: (graph, entry) => open(graph, settings, entry),
    },
    { weights, pull },
  );
}

function build(name: string, weights: WeightsSource, options: GraphOptions) {
  if (isAmong(detectorNames, name)) return buildDetector(name, weights, options);
  if (isAmong(segmenterNames, name)) return buildSegmenter(weights, options);
  return buildClassifier(name, weights, options);
}

async function open(source: ModelSource, options: GraphOptions, entry?: CatalogEntry) {
  const model = await readModelSource(source);
  const name = entry?.name ?? options.name ?? nameOfSource(source) ?? (model.graph.name || 'the network');
  const named = { ...options, name };
  if (entry?.task === 'segment') return segmenterOf(model, named);
  if (entry?.task === 'classify') return openClassifier(model, named, entry);
  const detector = await detectorOf(model, named);
  if (detector !== null) return detector;
  const classifier = await openClassifier(model, named);
  if (classifier.classifies || !givesPlanes(classifier)) return classifier;
  return segmenterIfAny(model, named) ?? classifier;
}

/**
 * Whether a file names its classes, or its graph gives planes of the picture's size. Smaller planes may be features.
 */
function givesPlanes({ model: { graph, metadata }, image }: Classifier): boolean {
  const [, , height, width] = graph.inputs.find(({ name }) => name === image)?.type?.shape ?? [];
  return (
    metadata.has('classes') ||
    graph.outputs.some(({ type }) => {
      const [, ...sizes] = type?.shape ?? [];
      return sizes.length === 3 && sizes.includes(height ?? NaN) && sizes.includes(width ?? NaN);
    })
  );
}

function segmenterIfAny(model: Model, options: GraphOptions): Segmenter | null {
  try {
    return segmenterOf(model, options);
  } catch (error) {
    if (error instanceof OneirosError) return null;
    throw error;
  }
}
