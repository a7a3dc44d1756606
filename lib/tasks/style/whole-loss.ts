import { gradientName } from '../../autodiff/names.js';
import { type Image, toTensor } from '../../image/image.js';
import type { Session } from '../../runtime/types.js';
import { float32Of, numberOf } from '../../tensor/results.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Targets } from './targets.js';

/** The losses of a picture. */
export interface StyleLosses {
  /** The weighted sum of the three others. */
  readonly value: number;
  /** Mean over the style layers of the relative squared error of their statistics. */
  readonly styleLoss: number;
  /** Relative squared error of the content layers. */
  readonly contentLoss: number;
  readonly tvLoss: number;
}

/** Computes the losses of pictures of any size, and the gradient of their sum. Holds native memory until it is disposed. */
export interface PictureLoss extends AsyncDisposable {
  of(
    picture: Image,
    targets: Targets,
  ): Promise<{ readonly losses: StyleLosses; readonly gradient: Float32Array }>;
}

/** Computes them for the whole picture at once. */
export class WholeLoss implements PictureLoss {
  /**
   * @param session of `lossModel`
   * @param input name of its image input
   */
  constructor(
    private readonly session: Session,
    private readonly input: string,
  ) {}

  async of(picture: Image, targets: Targets) {
    const results = await this.session.run({ ...targets, [this.input]: toTensor(picture) });
    return { losses: lossesOf(results), gradient: float32Of(results, gradientName(this.input)).data };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.session.dispose();
  }
}

/** The losses among a graph's results. */
export function lossesOf(results: Readonly<Record<string, Tensor>>): StyleLosses {
  return {
    value: numberOf(results, 'loss'),
    styleLoss: numberOf(results, 'styleLoss'),
    contentLoss: numberOf(results, 'contentLoss'),
    tvLoss: numberOf(results, 'tvLoss'),
  };
}
