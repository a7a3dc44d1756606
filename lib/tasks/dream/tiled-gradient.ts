import { gradientName } from '../../autodiff/names.js';
import { OneirosError } from '../../base/errors.js';
import type { Rectangle } from '../../image/geometry/crop.js';
import { paste } from '../../image/geometry/paste.js';
import { cropWrapped } from '../../image/geometry/wrap.js';
import { type Image, type Planes, planes, planesFromTensor, type Size, toTensor } from '../../image/image.js';
import { free } from '../../runtime/protocol/packing.js';
import type { Session } from '../../runtime/types.js';
import { float32Of, numberOf } from '../../tensor/results.js';
import { tilesOf } from './tiles.js';

/** By how many pixels a picture is shifted cyclically, right and down. */
export interface Shift {
  readonly x: number;
  readonly y: number;
}

/** The mean of an objective over a picture, and its gradient. */
export interface PictureGradient {
  readonly objective: number;
  readonly gradient: Planes<3>;
}

/**
 * The gradient of whole pictures, computed tile by tile to save memory. A tile's gradient does not depend on its
 * neighbors, so callers shift the picture between steps to avoid visible seams.
 */
export class TiledGradient {
  // The memory of every tile in turn.
  #memory = new Float32Array(0);
  // The gradient of pictures of several tiles.
  #gradient: Planes<3> | undefined;

  /**
   * @param session its input is the image; its outputs are `objective` and the image's gradient
   * @param input name of the image input
   * @param tile largest side of a tile, in pixels
   */
  constructor(
    readonly session: Session,
    private readonly input: string,
    readonly tile: number,
  ) {}

  /**
   * The gradient of the picture shifted cyclically, in memory that the next call may use.
   * @throws OneirosError `runtime` if the objective is not finite
   */
  async of(picture: Image, shift: Shift): Promise<PictureGradient> {
    const { objective, gradient } = await this.#ofTiles(picture, shift);
    if (!Number.isFinite(objective))
      throw new OneirosError(
        'runtime',
        `the objective is ${objective}: check the weights for NaN or huge numbers`,
      );
    return { objective, gradient };
  }

  async #ofTiles(picture: Image, shift: Shift): Promise<PictureGradient> {
    const tiles = tilesOf(picture, this.tile);
    const [whole] = tiles;
    if (whole !== undefined && tiles.length === 1) return this.#ofTile(picture, whole, shift);
    const gradient = this.#gradientLike(picture);
    let objective = 0;
    for (const tile of tiles) {
      const part = await this.#ofTile(picture, tile, shift);
      // The objective of a tile is a mean over the tile; weighted by area, the sum is the mean over the picture.
      const share = (tile.width * tile.height) / (picture.width * picture.height);
      objective += share * part.objective;
      paste(gradient, part.gradient, tile.x, tile.y, share);
      // Those of all tiles together are as large as the picture.
      free([part.gradient.data]);
    }
    return { objective, gradient };
  }

  async #ofTile(picture: Image, tile: Rectangle, { x, y }: Shift): Promise<PictureGradient> {
    const inPicture = { ...tile, x: tile.x - x, y: tile.y - y };
    const feeds = { [this.input]: toTensor(cropWrapped(picture, inPicture, this.#room(tile))) };
    const results = await this.session.run(feeds);
    const { data } = planesFromTensor(float32Of(results, gradientName(this.input)));
    return { objective: numberOf(results, 'objective'), gradient: planes(3, tile, data) };
  }

  /** Frees the memory of the latest gradient. */
  release(): void {
    if (this.#gradient !== undefined) free([this.#gradient.data]);
    this.#gradient = undefined;
  }

  #gradientLike(picture: Image): Planes<3> {
    const before = this.#gradient;
    if (before?.width === picture.width && before.height === picture.height) return before;
    this.release();
    return (this.#gradient = planes(3, picture));
  }

  #room({ width, height }: Size): Float32Array {
    const length = 3 * width * height;
    if (this.#memory.length < length) this.#memory = new Float32Array(length);
    return this.#memory.subarray(0, length);
  }
}
