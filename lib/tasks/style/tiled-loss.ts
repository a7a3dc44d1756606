import { gradientName } from '../../autodiff/names.js';
import { addPlanes } from '../../image/geometry/paste.js';
import { type Image, planes, planesFromTensor } from '../../image/image.js';
import { openModel } from '../../runtime/open-model.js';
import type { Session, SessionOptions } from '../../runtime/types.js';
import { float32Of } from '../../tensor/results.js';
import { type Float32Tensor, type Tensor, tensor } from '../../tensor/tensor.js';
import type { StyleProblem } from './loss-graph.js';
import type { Targets } from './targets.js';
import type { TileFeeds } from './tile-feeds.js';
import { lossSums, sumsModel, tileGradient, tileModel } from './tiled-loss-graph.js';
import { lossesOf, type PictureLoss } from './whole-loss.js';

/**
 * Computes the losses tile by tile, to save memory. The losses depend on the picture only through sums over positions
 * of layers, such as Gram matrices. A first pass adds these up over all tiles; a small graph gives the losses and their
 * gradient by each sum; a second pass takes that gradient to the pixels of each tile. Tiles overlap so far that every
 * position of a core has all the pixels that it depends on: so the gradient is that of the whole picture, without seams.
 */
export class TiledLoss implements PictureLoss {
  private constructor(
    private readonly problem: StyleProblem,
    private readonly feeds: TileFeeds,
    private readonly tileSums: Session,
    private readonly sums: Session,
    private readonly gradient: Session,
    private readonly signal: AbortSignal | undefined,
  ) {}

  static async open(problem: StyleProblem, feeds: TileFeeds, options: SessionOptions): Promise<TiledLoss> {
    const opened: Session[] = [];
    const open = async (make: typeof tileModel) => {
      const session = await openModel(make(problem), { ...options, finiteFeeds: true });
      opened.push(session);
      return session;
    };
    try {
      const sessions = [await open(tileModel), await open(sumsModel), await open(tileGradient)] as const;
      return new TiledLoss(problem, feeds, ...sessions, options.signal);
    } catch (error) {
      for (const session of opened) await session.dispose();
      throw error;
    }
  }

  async of(picture: Image, targets: Targets) {
    const tiles = this.feeds.tilesOf(picture);
    const sums = new Map<string, Float32Tensor>();
    for (const tile of tiles) {
      this.signal?.throwIfAborted();
      const parts = await this.tileSums.run(this.feeds.of(this.tileSums, picture, tile, targets));
      addTo(sums, parts, lossSums(this.problem));
    }
    const results = await this.sums.run({ ...Object.fromEntries(sums), ...ofInputs(this.sums, targets) });
    const cotangents = lossSums(this.problem).map((name) => {
      return [gradientName(name), float32Of(results, gradientName(name))] as const;
    });
    const gradient = planes(3, picture);
    for (const tile of tiles) {
      this.signal?.throwIfAborted();
      const feeds = this.feeds.of(this.gradient, picture, tile, targets);
      const part = await this.gradient.run({ ...feeds, ...Object.fromEntries(cotangents) });
      const name = gradientName(this.problem.image);
      addPlanes(gradient, planesFromTensor(float32Of(part, name)), tile.whole.x, tile.whole.y);
    }
    return { losses: lossesOf(results), gradient: gradient.data };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of [this.tileSums, this.sums, this.gradient]) await session.dispose();
  }
}

/** Adds results to sums, by name. */
export function addTo(
  sums: Map<string, Float32Tensor>,
  parts: Readonly<Record<string, Tensor>>,
  names: readonly string[],
): void {
  for (const name of names) {
    const { data, dims } = float32Of(parts, name);
    const sum = sums.get(name) ?? tensor('float32', new Float32Array(data.length), dims);
    sums.set(name, sum);
    for (let i = 0; i < data.length; i++) sum.data[i]! += data[i]!;
  }
}

function ofInputs(session: Session, tensors: Targets): Targets {
  const names = new Set(session.inputs.map(({ name }) => name));
  return Object.fromEntries(Object.entries(tensors).filter(([name]) => names.has(name)));
}
