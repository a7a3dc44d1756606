import { OneirosError } from '../../base/errors.js';
import type { OptionValues } from '../../base/option-table.js';
import type { Size } from '../../image/image.js';
import type { Model } from '../../onnx/graph/graph.js';
import { memoryPlan } from '../../onnx/memory-plan.js';
import { imageSizes, pictureBytes, requireMemory, sessionBytes } from '../common/memory.js';
import { featuresModel, type StyleProblem } from './loss-graph.js';
import type { styleOptions } from './options.js';
import { TileFeeds } from './tile-feeds.js';

/** About how many pictures of the full size an iteration keeps in memory, beside those of L-BFGS's history. */
const copies = 16;

/** The sides of tiles that are tried, in pixels. Larger ones overlap less. */
const sides = [2048, 1536, 1024, 768, 512];

/**
 * How to compute a style transfer in the memory that there is.
 * @param loss the graph of the loss
 * @param picture the largest size
 * @returns `null` for whole pictures, otherwise the tiles
 * @throws OneirosError `too-large` over the limit; `unsupported` if the given tiles are not possible
 */
export function planMemory(
  problem: StyleProblem,
  loss: Model,
  picture: Size,
  settings: OptionValues<typeof styleOptions>,
  limit: number,
): TileFeeds | null {
  if (settings.tile === 0 && limit === Infinity) return null;
  const pictures = pictureBytes(picture, copies + 2 * settings.history);
  const lossPlan = memoryPlan(loss);
  const whole = sessionBytes(lossPlan, imageSizes(problem, picture)) + pictures;
  if (settings.tile === 0 && whole <= limit) return null;
  // The tiles' graphs have the same values as the whole graphs at the size of a tile.
  const featuresPlan = memoryPlan(featuresModel(problem));
  const inTiles = (feeds: TileFeeds) => {
    const sizes = imageSizes(problem, feeds.largest(picture));
    return sessionBytes(lossPlan, sizes) + sessionBytes(featuresPlan, sizes) + pictures;
  };
  if (settings.tile > 0) {
    const feeds = TileFeeds.for(problem, settings.tile);
    if (feeds === null)
      throw new OneirosError(
        'unsupported',
        'these layers cannot be computed in tiles: they may depend on the whole picture, or the network has a fixed size',
      );
    requireMemory(inTiles(feeds), limit, picture, 'choose a smaller size or smaller tiles, or recompute');
    return feeds;
  }
  for (const side of sides) {
    const feeds = TileFeeds.for(problem, side);
    if (feeds?.fits() === true && inTiles(feeds) <= limit) return feeds;
  }
  requireMemory(whole, limit, picture, 'choose a smaller size');
  return null;
}
