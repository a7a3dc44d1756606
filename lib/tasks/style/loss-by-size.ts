import type { Image } from '../../image/image.js';
import type { Targets } from './targets.js';
import type { PictureLoss } from './whole-loss.js';

/**
 * Computes small pictures whole, which is faster, and large ones in tiles. Sizes grow, so the first sessions are closed
 * before the others open.
 */
export class LossBySize implements PictureLoss {
  #open: { readonly isLarge: boolean; readonly loss: PictureLoss } | null = null;

  constructor(
    private readonly isLarge: (picture: Image) => boolean,
    private readonly openWhole: () => Promise<PictureLoss>,
    private readonly openTiled: () => Promise<PictureLoss>,
  ) {}

  async of(picture: Image, targets: Targets) {
    const isLarge = this.isLarge(picture);
    if (this.#open?.isLarge !== isLarge) {
      await this[Symbol.asyncDispose]();
      this.#open = { isLarge, loss: await (isLarge ? this.openTiled() : this.openWhole()) };
    }
    return this.#open.loss.of(picture, targets);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.loss[Symbol.asyncDispose]();
    this.#open = null;
  }
}
