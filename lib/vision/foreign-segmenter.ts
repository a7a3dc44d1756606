import { check, type OptionKinds, optionsOf } from '../arguments.js';
import { kind } from '../kinds.js';
import { placementKinds } from '../runtime/session.js';
import { OneirosError } from '../errors.js';
import type { Size } from '../image/image.js';
import type { Placement } from '../models/network.js';
import { anatomyOf } from '../models/anatomy/anatomy.js';
import { foreignNetwork } from '../models/foreign.js';
import { parsePreprocessing, type Preprocessing, type PreprocessingName } from '../models/preprocessing.js';
import { nameOfSource, readModelSource, type ModelSource } from '../models/source.js';
import type { Value } from '../onnx/builder.js';
import type { Model, Shape } from '../onnx/graph.js';
import { makerOf } from '../onnx/maker.js';
import { Builder } from '../onnx/ops.js';
import { marginOf } from '../models/unet/sizes.js';
import { adapterFor } from './portraits.js';
import { Segmenter, type SegmenterParts } from './segmenter.js';
import type { Tiling } from './tiling.js';

export interface ForeignSegmenterOptions {
  /** What to call it. @default the file's name */
  readonly name?: string | undefined;
  /** What of RGB in [0, 1] it was trained on. @default as is known of it, or its metadata `input` says; else RGB as it is */
  readonly preprocessing?: PreprocessingName | Preprocessing | undefined;
  /** @default as is known of it, or its metadata `classes` says; else by number, the first being the background */
  readonly classes?: readonly string[] | undefined;
  readonly placement?: Placement | undefined;
}

const openKinds: OptionKinds<ForeignSegmenterOptions> = {
  name: kind.text,
  preprocessing: kind.preprocessing,
  classes: kind.texts,
  placement: optionsOf(placementKinds),
};

/** What tiles of a network without a way down have to respect, to be on the safe side. */
const cautious = { grid: 32, context: 96 };

/** Of a network that goes down and up what a U-Net as deep would need that makes pixels by interpolation. */
function tilingFor(model: Model): Omit<Tiling, 'tile'> {
  const grid = anatomyOf(model)?.levels.at(-1)?.scale;
  return grid === undefined ? cautious : { grid, context: marginOf({ grid, loss: 4 }) + 3 * grid };
}

/**
 * Opens any network that makes of one picture one plane of scores for each class (a first output of four axes). Of several
 * planes the scores become probabilities by a softmax, of one by a sigmoid, unless they are already.
 * @param source where an ONNX file lies (a path in Node, an address in browsers, a `File`), or its bytes
 * @throws OneirosError `not-found`; `bad-input` for a malformed file; `unsupported` if it makes no such planes
 */
export async function openSegmenter(
  source: ModelSource,
  options: ForeignSegmenterOptions = {},
): Promise<Segmenter> {
  check('openSegmenter', { source: [source, kind.file] }, options, openKinds);
  const model = await readModelSource(source);
  const name = options.name ?? nameOfSource(source) ?? model.graph.name;
  return new Segmenter(foreignParts(model, name || 'the network', options));
}

function foreignParts(model: Model, name: string, options: ForeignSegmenterOptions): SegmenterParts {
  const [input] = model.graph.inputs.filter((info) => !model.graph.initializers.has(info.name));
  const output = model.graph.outputs[0]?.name ?? '';
  const adapter = adapterFor(input?.name ?? '', input?.type?.shape ?? [], output);
  const preprocessing =
    options.preprocessing ??
    adapter?.preprocessing ??
    parsePreprocessing(model.metadata.get('input') ?? '') ??
    undefined;
  const network = foreignNetwork(model, adapter?.name ?? name, {
    preprocessing,
    placement: options.placement,
  });
  const b = Builder.from(network.model.graph);
  const { value, planes, exclusive } = probabilitiesOf(b, network.model, output, name);
  for (const { name: other } of network.model.graph.outputs) b.output(b.value(other));
  return {
    ...network,
    model: { ...network.model, graph: b.graph(network.model.graph.name) },
    probabilities: value.name,
    planes,
    exclusive,
    classes:
      options.classes ??
      adapter?.classes ??
      model.metadata.get('classes')?.split(',') ??
      Array.from({ length: planes + (exclusive ? 0 : 1) }, (_, i) => (i === 0 ? 'background' : `class ${i}`)),
    size: fixedSize(network.model.graph.inputs[0]?.type?.shape ?? []),
    tiling: tilingFor(model),
    standardise: model.metadata.get('standardise') === 'picture',
  };
}

interface Probabilities {
  readonly value: Value;
  readonly planes: number;
  readonly exclusive: boolean;
}

function probabilitiesOf(b: Builder, { graph }: Model, output: string, name: string): Probabilities {
  const scores = b.value(output);
  const [, planes, ...sides] = scores.type?.shape ?? [];
  if (scores.type?.dtype !== 'float32' || typeof planes !== 'number' || sides.length !== 2)
    throw new OneirosError(
      'unsupported',
      `${name} makes ${scores.type?.dtype ?? 'something'} [${scores.type?.shape?.join(', ') ?? '?'}]; expected a plane for each class, float32 [1, classes, height, width]`,
    );
  const made = makerOf(graph.nodes, output)?.op;
  if (made === 'Sigmoid' || made === 'Softmax')
    return { value: scores, planes, exclusive: made === 'Softmax' };
  const exclusive = planes > 1;
  const value = exclusive
    ? b.op('Softmax', [scores], { axis: 1 }, { name: b.fresh('probabilities') })
    : b.op('Sigmoid', [scores], {}, { name: b.fresh('probabilities') });
  return { value, planes, exclusive };
}

function fixedSize([, , height, width]: Shape): Size | null {
  return typeof height === 'number' && typeof width === 'number' ? { width, height } : null;
}
