import type { OptionValues } from '../../base/option-table.js';
import { clamp, clamped } from '../../image/color/clamp.js';
import { transferChroma } from '../../image/color/color-transfer.js';
import { resize } from '../../image/geometry/resize.js';
import { type Image, image, type Size } from '../../image/image.js';
import { adam } from '../../optim/adam.js';
import { lbfgs } from '../../optim/lbfgs.js';
import type { Objective, OptimizerStep } from '../../optim/objective.js';
import { clampTo, optimize } from '../../optim/optimize.js';
import type { PictureStep } from '../common/step.js';
import type { styleOptions } from './options.js';
import type { Targets } from './targets.js';
import type { PictureLoss, StyleLosses } from './whole-loss.js';

/**
 * The state after an iteration; the first is the state before any iteration. Its parts are scales, the smallest first.
 */
export interface StyleStep extends StyleLosses, PictureStep {
  readonly value: number;
}

/** The input of a descent. */
export interface StyleDescent {
  readonly loss: PictureLoss;
  /** The smallest first. */
  readonly scales: readonly { readonly content: Image; readonly targets: Targets }[];
  readonly options: OptionValues<typeof styleOptions>;
  readonly signal: AbortSignal | undefined;
}

/** Minimizes the losses at each size, starting with `start` and then with the result of the previous size. */
export async function* descend(descent: StyleDescent, start: Image): AsyncGenerator<StyleStep, void> {
  const { scales, options } = descent;
  const total = options.iterations;
  let picture = image(start, clamped(start.data));
  for (const [i, { content, targets }] of scales.entries()) {
    const losses = new LossRecorder(descent, content, targets);
    const step = (done: number, value: number, x: Float32Array) => ({
      done,
      total,
      part: i + 1,
      parts: scales.length,
      ...losses.at(value),
      image: finished(x, content, options),
    });
    picture = resize(picture, content, { filter: 'bicubic' });
    // Small scales get as many iterations as large ones: they fix the coarse structure.
    const before = Math.round((i * total) / scales.length);
    const iterations = Math.round(((i + 1) * total) / scales.length) - before;
    if (i === 0) yield step(0, (await losses.objective(picture.data)).value, picture.data);
    let latest = picture.data;
    for await (const { iteration, value, x } of minimize(picture.data, losses.objective, iterations, descent))
      yield step(before + iteration, value, (latest = x));
    picture = image(content, clamped(latest));
  }
}

/** The picture of these pixels, in new memory. */
function finished(pixels: Float32Array, content: Image, { keepColors }: StyleDescent['options']): Image {
  const picture = image(content, clamped(pixels));
  return keepColors ? clamp(transferChroma(picture, content)) : picture;
}

function minimize(
  x: Float32Array,
  objective: Objective,
  iterations: number,
  { options, signal }: StyleDescent,
): AsyncIterable<OptimizerStep> {
  if (options.optimizer === 'lbfgs')
    // Relative losses are small numbers, so tolerances are off: a run ends early only if no lower point is found.
    return lbfgs(x, objective, {
      iterations,
      history: options.history,
      gradientTolerance: 0,
      changeTolerance: 1e-20,
      ...(signal && { signal }),
    });
  // β₂ = 0.99 as in crowsonkb/style-transfer-pytorch.
  const rule = adam({ learningRate: options.learningRate, beta2: 0.99 });
  return optimize(x, objective, rule, { iterations, project: clampTo(0, 1), signal });
}

/** The loss graph as an objective at one size; records the parts of each value. */
class LossRecorder {
  readonly #parts = new Map<number, StyleLosses>();

  constructor(
    readonly descent: StyleDescent,
    readonly size: Size,
    readonly targets: Targets,
  ) {}

  readonly objective: Objective = async (x) => {
    const { losses, gradient } = await this.descent.loss.of(image(this.size, x), this.targets);
    this.#parts.set(losses.value, losses);
    return { value: losses.value, gradient };
  };

  /** The parts of the value that the optimizer accepted, which was computed since the last call. */
  at(value: number): StyleLosses {
    const parts = this.#parts.get(value) ?? { value, styleLoss: NaN, contentLoss: NaN, tvLoss: NaN };
    this.#parts.clear();
    this.#parts.set(value, parts);
    return parts;
  }
}
