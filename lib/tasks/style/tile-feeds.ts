import { own } from '../../base/own.js';
import { crop } from '../../image/geometry/crop.js';
import { type Image, planesFromTensor, type Size, toTensor } from '../../image/image.js';
import { substitute } from '../../onnx/facts/dim.js';
import type { Shape } from '../../onnx/graph/graph.js';
import { inferModel } from '../../onnx/shapes/infer.js';
import type { Session } from '../../runtime/types.js';
import { float32, type Float32Tensor, int64, type Tensor } from '../../tensor/tensor.js';
import { imageSizes } from '../common/memory.js';
import { type Reach, reachesOf } from '../common/reach.js';
import { type StyleProblem, targetName } from './loss-graph.js';
import type { Targets } from './targets.js';
import { planTiles, type Tile, windowIn } from './tile-plan.js';
import { tileName } from './tiled-loss-graph.js';

/** The inputs of the tiles' graphs for the tiles of a picture. */
export class TileFeeds {
  readonly #powers = new WeakMap<Float32Tensor, number>();

  private constructor(
    private readonly problem: StyleProblem,
    private readonly tile: number,
    private readonly reaches: ReadonlyMap<string, Reach>,
    private readonly shapes: ReadonlyMap<string, Shape>,
  ) {}

  /**
   * @param tile largest side of a tile, in pixels
   * @returns `null` for a network whose layers cannot be computed in tiles
   */
  static for(problem: StyleProblem, tile: number): TileFeeds | null {
    const { model, image, content, style } = problem;
    const values = [...new Set([...content, ...style].map(({ value }) => value))];
    const reaches = reachesOf(model, image, values);
    const isOfAnySize = Object.keys(imageSizes(problem, { width: 1, height: 1 })).length === 2;
    if (reaches === null || !isOfAnySize) return null;
    const facts = inferModel(model);
    const shapes = new Map(values.map((value) => [value, facts.get(value)?.type?.shape ?? []]));
    return new TileFeeds(problem, tile, reaches, shapes);
  }

  /** Whether tiles have room for a core that is at least as large as what is around it. */
  fits(): boolean {
    const reaches = [...this.reaches.values()];
    const around =
      Math.max(...reaches.map(({ before }) => before)) + Math.max(...reaches.map(({ after }) => after));
    return 2 * around <= this.tile;
  }

  tilesOf(picture: Size): readonly Tile[] {
    return planTiles(picture, [...this.reaches.values()], this.tile);
  }

  /** The largest tile of a picture. */
  largest(picture: Size): Size {
    const tiles = this.tilesOf(picture).map(({ whole }) => whole);
    return {
      width: Math.max(...tiles.map(({ width }) => width)),
      height: Math.max(...tiles.map(({ height }) => height)),
    };
  }

  /** How many rows and columns a layer has for a picture. */
  sizeAt(value: string, picture: Size): Size {
    const sizes = imageSizes(this.problem, picture);
    const [height, width] = (this.shapes.get(value) ?? [])
      .slice(2)
      .map((dim) => Number(substitute(dim, (symbol) => own(sizes, symbol))));
    return { width: width ?? NaN, height: height ?? NaN };
  }

  /** Where a layer's positions inside the core are in the layer of the whole picture. */
  placeOf({ core }: Tile, value: string): { readonly x: number; readonly y: number } {
    const { stride } = this.reaches.get(value)!;
    return { x: core.x / stride, y: core.y / stride };
  }

  /** The inputs that a session of one of the tiles' graphs takes, except cotangents. */
  of(session: Session, picture: Image, tile: Tile, targets: Targets = {}): Record<string, Tensor> {
    const inputs = new Set(session.inputs.map(({ name }) => name));
    const { core, whole } = tile;
    const [y, x] = [core.y - whole.y, core.x - whole.x];
    const feeds = new Map<string, Tensor>([
      [this.problem.image, toTensor(crop(picture, whole))],
      [tileName.pixelsFrom, int64([y, x])],
      [tileName.pixelsTo, int64([y + core.height, x + core.width])],
      [tileName.pixelsBeyond, int64([y + core.height + 1, x + core.width + 1])],
      [tileName.values, scalar(picture.data.length)],
    ]);
    for (const [value, reach] of this.reaches) {
      const { from, to } = windowIn(tile, reach, picture);
      const { width, height } = this.sizeAt(value, picture);
      feeds.set(tileName.from(value), int64(from));
      feeds.set(tileName.to(value), int64(to.map((end) => Math.min(end, 2 ** 31 - 1))));
      feeds.set(tileName.positions(value), scalar(width * height));
      const target = own(targets, targetName.content(value));
      if (target === undefined) continue;
      const { x: left, y: top } = this.placeOf(tile, value);
      const size = {
        width: Math.min(to[1] - from[1], width - left),
        height: Math.min(to[0] - from[0], height - top),
      };
      feeds.set(
        targetName.content(value),
        toTensor(crop(planesFromTensor(target), { x: left, y: top, ...size })),
      );
      feeds.set(tileName.power(value), scalar(this.#powerOf(target)));
    }
    return Object.fromEntries([...feeds].filter(([name]) => inputs.has(name)));
  }

  #powerOf(target: Float32Tensor): number {
    const power = this.#powers.get(target) ?? target.data.reduce((sum, each) => sum + each * each, 0);
    this.#powers.set(target, power);
    return power;
  }
}

function scalar(value: number): Tensor {
  return float32([value], []);
}
