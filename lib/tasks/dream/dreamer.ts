import { type OptionValues, resolveOptions } from '../../base/option-table.js';
import { zoom } from '../../image/geometry/affine.js';
import { scaledSize } from '../../image/geometry/resize.js';
import { copy, type Image, type Size } from '../../image/image.js';
import { type Network, sessionFor } from '../../networks/network.js';
import { freeMemory } from '../../runtime/free-memory.js';
import { openPlannedGradient } from '../../runtime/open-gradient.js';
import { type Random, random } from '../../tensor/random.js';
import { imageSizes, pictureBytes, requireMemory, sessionBytes } from '../common/memory.js';
import { minimumSide } from '../common/minimum-size.js';
import { octaveSizes } from '../common/octave-sizes.js';
import { climb } from './climb.js';
import { stepDirection } from './direction.js';
import { layersModel, objectiveModel } from './graph.js';
import { guideFeatures } from './guide.js';
import { defaultDreamLayers, objectiveTerms } from './layers.js';
import { OctavePlan } from './octaves.js';
import { type DreamOptions, dreamOptions, type DreamZoomOptions, zoomOptions } from './options.js';
import { type DreamState, pictureOf, SizedPhotograph } from './state.js';
import { TiledGradient } from './tiled-gradient.js';

/**
 * About how many pictures of the full size a step keeps in memory, beside the tile: the dream, its gradient, a copy for
 * this step and for the one before, and what was not yet collected.
 */
const copies = 6;

/** How many more a pyramid or a blur of the gradient takes. */
const copiesToBalance = 3;

/**
 * Dreams of one picture after another with one session for all octaves. Holds native memory until it is disposed
 * (`await using`).
 */
class Dreamer implements AsyncDisposable {
  readonly #random: Random;

  private constructor(
    private readonly settings: OptionValues<typeof dreamOptions>,
    private readonly gradients: TiledGradient,
    private readonly minimum: number,
    private readonly checkMemory: (picture: Size, tile: Size) => void,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.#random = random(settings.seed);
  }

  /** Throws as `dream` does. */
  static async open(network: Network, options: DreamOptions = {}): Promise<Dreamer> {
    const settings = resolveOptions(dreamOptions, options);
    const { signal, memoryLimit = freeMemory() } = options;
    const sessionOptions = sessionFor(network, options.placement, signal);
    const terms = objectiveTerms(network, options.layers ?? defaultDreamLayers(network));
    const features = layersModel(network, terms);
    const guide = await guideFeatures(network, features, options.guide, sessionOptions);
    const { session, plan } = await openPlannedGradient(
      objectiveModel(features, terms, settings.objective, guide),
      { loss: 'objective', wrt: [network.image], ...(settings.recompute && { checkpoints: 'auto' }) },
      sessionOptions,
    );
    const shapings = [settings.laplacian, settings.smooth].filter((amount) => amount > 0);
    const pictures = copies + copiesToBalance * shapings.length;
    const checkMemory = (picture: Size, part: Size) => {
      if (memoryLimit === Infinity) return;
      const needed = sessionBytes(plan, imageSizes(network, part)) + pictureBytes(picture, pictures);
      requireMemory(needed, memoryLimit, picture, 'choose a smaller size or smaller tiles, or recompute');
    };
    const minimum = minimumSide(features);
    // Tiles have nearly the same size, so none is smaller than half the largest.
    const tile = Math.max(settings.tile, 2 * minimum);
    const gradients = new TiledGradient(session, network.image, tile);
    return new Dreamer(settings, gradients, minimum, checkMemory, signal);
  }

  /** The dream of one photograph. The next call continues the same sequence of random numbers. */
  async *dream(photograph: Image, frame = 1, frames = 1): AsyncGenerator<DreamState, void> {
    const { size, octaves, octaveScale, steps } = this.settings;
    const fullSize = size === 0 ? photograph : scaledSize(photograph, size);
    const sizes = octaveSizes(fullSize, octaves, octaveScale, this.minimum);
    this.checkMemory(fullSize, this.#largestTile(fullSize));
    const sized = new SizedPhotograph(photograph, fullSize);
    const plan = new OctavePlan(photograph, sizes);
    for (const i of sizes.keys()) {
      const picture = plan.begin();
      for (let step = 1; step <= steps; step++) {
        this.signal?.throwIfAborted();
        const value = await this.#step(picture);
        yield {
          done: ((frame - 1) * octaves + i) * steps + step,
          total: frames * octaves * steps,
          part: i + 1,
          parts: octaves,
          value,
          frame,
          frames,
          photograph: i + 1 < sizes.length ? sized : null,
          dreamed: copy(picture),
        };
      }
      plan.end(picture);
      this.gradients.release();
    }
  }

  /**
   * One step of gradient ascent at a random shift, so that tiles and the strides of the network leave no pattern.
   * Changes the picture in place. @returns the objective before the step
   */
  async #step(picture: Image): Promise<number> {
    const shift = { x: this.#shift(picture.width), y: this.#shift(picture.height) };
    const { objective, gradient } = await this.gradients.of(picture, shift);
    climb(picture, stepDirection(gradient, this.settings), this.settings.stepSize / 255, shift);
    return objective;
  }

  /** At most the jitter if the side is one tile; anywhere if it is several. */
  #shift(side: number): number {
    const { jitter } = this.settings;
    return side > this.gradients.tile
      ? this.#random.integer(0, side - 1)
      : this.#random.integer(-jitter, jitter);
  }

  #largestTile({ width, height }: Size): Size {
    const { tile } = this.gradients;
    return { width: Math.min(width, tile), height: Math.min(height, tile) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.gradients.session.dispose();
  }
}

/** The steps of a zoom sequence, or of one dream if there is one frame. Throws as `dreamZoom` does. */
export async function* dreamStates(
  network: Network,
  photograph: Image,
  options: DreamZoomOptions,
): AsyncGenerator<DreamState, void> {
  const { frames, zoom: factor, rotate } = resolveOptions(zoomOptions, options);
  await using dreamer = await Dreamer.open(network, options);
  let picture = photograph;
  for (let frame = 1; frame <= frames; frame++) {
    for await (const state of dreamer.dream(picture, frame, frames)) {
      const isFinished = state.done * frames === frame * state.total;
      // The receiver of a state may move its copy to another thread.
      if (isFinished && frame < frames) picture = zoom(pictureOf(state), factor, { rotation: rotate });
      yield state;
    }
  }
}
