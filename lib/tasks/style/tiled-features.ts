import { paste } from '../../image/geometry/paste.js';
import { type Image, planes, planesFromTensor, toTensor } from '../../image/image.js';
import type { Session } from '../../runtime/types.js';
import { float32Of } from '../../tensor/results.js';
import type { Float32Tensor } from '../../tensor/tensor.js';
import { type StyleProblem, targetName } from './loss-graph.js';
import type { PictureFeatures, Targets } from './targets.js';
import type { TileFeeds } from './tile-feeds.js';
import { addTo } from './tiled-loss.js';
import { sumName } from './tiled-loss-graph.js';

/** Computes the features of pictures tile by tile, to save memory; they are those of the whole picture. */
export class TiledFeatures implements PictureFeatures {
  /** @param session of `tileFeaturesModel` */
  constructor(
    private readonly session: Session,
    private readonly problem: StyleProblem,
    private readonly feeds: TileFeeds,
    private readonly signal: AbortSignal | undefined,
  ) {}

  async content(picture: Image): Promise<Targets> {
    const names = this.problem.content.map(({ value }) => [value, targetName.content(value)] as const);
    const found = new Map<string, Float32Tensor>();
    if (names.length === 0) return {};
    for (const tile of this.feeds.tilesOf(picture)) {
      this.signal?.throwIfAborted();
      const fetches = names.map(([, name]) => name);
      const results = await this.session.run(this.feeds.of(this.session, picture, tile), { fetches });
      for (const [value, name] of names) {
        const part = planesFromTensor(float32Of(results, name));
        const size = this.feeds.sizeAt(value, picture);
        const whole = found.get(name) ?? toTensor(planes(part.channels, size));
        found.set(name, whole);
        const { x, y } = this.feeds.placeOf(tile, value);
        paste(planesFromTensor(whole), part, x, y);
      }
    }
    return Object.fromEntries(found);
  }

  async moments(picture: Image): Promise<Targets> {
    const pairs = this.problem.style.flatMap(({ value }) => [
      [sumName.mean(value), targetName.mean(value)] as const,
      [sumName.gram(value), targetName.gram(value)] as const,
    ]);
    const fetches = pairs.map(([name]) => name);
    const sums = new Map<string, Float32Tensor>();
    for (const tile of this.feeds.tilesOf(picture)) {
      this.signal?.throwIfAborted();
      addTo(sums, await this.session.run(this.feeds.of(this.session, picture, tile), { fetches }), fetches);
    }
    return Object.fromEntries(pairs.map(([name, target]) => [target, sums.get(name)!]));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.session.dispose();
  }
}
