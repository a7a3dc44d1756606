import { OneirosError } from '../../base/errors.js';
import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { PictureInput } from './picture-input.js';
import {
  formatPreprocessing,
  luminance,
  preprocess,
  type Preprocessing,
  preprocessings,
} from './preprocessing.js';

/** How pictures are converted to the input of a graph. */
export interface Feed {
  /**
   * Adds the nodes from RGB in [0, 1], 1×3×height×width, to the graph's own input; `null` if nothing has to be added.
   */
  readonly build: ((b: Builder, pixels: Value) => Value) | null;
  /** A description, for a note. */
  readonly about: string;
}

type Step = (b: Builder, x: Value) => Value;

/**
 * Plans the conversion of a picture to a graph's input.
 * @param repeats how many times to repeat the picture, for a graph with a fixed batch size
 * @throws OneirosError `bad-argument` if the graph takes bytes and the preprocessing does not give integers
 */
export function feedFor(input: PictureInput, given: Preprocessing, repeats: number, network: string): Feed {
  const isWhole = input.dtype === 'uint8';
  const chosen = isWhole ? asBytes(given, network) : given;
  const { colors, about } = input.channels === 1 ? grayOf(chosen) : colorsOf(chosen);
  const steps: readonly Step[] = [
    ...colors,
    ...(isWhole ? [rounded] : []),
    ...(input.dtype === 'float32' ? [] : [(b: Builder, x: Value) => b.cast(x, input.dtype)]),
    ...(input.channelsLast ? [(b: Builder, x: Value) => b.transpose(x, [0, 2, 3, 1])] : []),
    ...(repeats > 1 ? [(b: Builder, x: Value) => b.concat(Array<Value>(repeats).fill(x), 0)] : []),
  ];
  const notes = [
    about,
    ...(isWhole ? ['whole numbers'] : []),
    ...(input.channelsLast ? ['channels last'] : []),
    ...(repeats > 1 ? [`${repeats} times, because it takes ${repeats} pictures at once`] : []),
  ];
  const build = (b: Builder, pixels: Value) =>
    b.op('Identity', [steps.reduce((x, step) => step(b, x), pixels)], {}, { name: input.name });
  return { build: steps.length === 0 ? null : build, about: notes.join(', ') };
}

interface Colors {
  readonly colors: readonly Step[];
  readonly about: string;
}

function colorsOf(given: Preprocessing): Colors {
  const about = formatPreprocessing(given);
  if (about === formatPreprocessing(preprocessings.none)) return { colors: [], about };
  return { colors: [(b, x) => preprocess(b, x, given, b.fresh('data'))], about };
}

/** The preprocessing for bytes: their range is always 0…255, and no mean or deviation can be applied. */
function asBytes(given: Preprocessing, network: string): Preprocessing {
  if ([...given.mean, ...given.std.map((deviation) => deviation - 1)].some((value) => value !== 0))
    throw new OneirosError(
      'bad-argument',
      `${network} takes bytes: expected a preprocessing of RGB or BGR, 0..255, without mean and std, but got ${formatPreprocessing(given)}`,
    );
  return { ...given, scale: 255 };
}

/** Luminance with the range of the preprocessing. Mean and deviation apply only if they are the same for all colors. */
function grayOf({ scale, mean, std }: Preprocessing): Colors {
  const isCommon = [mean, std].every((triple) => triple.every((value) => value === triple[0]));
  const [less, by] = isCommon ? [mean[0], std[0]] : [0, 1];
  const steps: readonly Step[] = [
    luminance,
    ...(scale === 1 ? [] : [(b: Builder, x: Value) => b.mul(x, scale)]),
    ...(less === 0 ? [] : [(b: Builder, x: Value) => b.sub(x, less)]),
    ...(by === 1 ? [] : [(b: Builder, x: Value) => b.div(x, by)]),
  ];
  const about = [
    `luminance, 0..${scale}`,
    ...(less === 0 ? [] : [`minus ${less}`]),
    ...(by === 1 ? [] : [`divided by ${by}`]),
    ...(isCommon ? [] : ['without the preprocessing’s mean and deviation, which differ by color']),
  ];
  return { colors: steps, about: about.join(', ') };
}

const rounded: Step = (b, x) =>
  b.op('Clip', [b.op('Round', [x]), b.scalar(0, 'float32'), b.scalar(255, 'float32')]);
