import { OneirosError } from '../../base/errors.js';
import { type OptionValues, resolveOptions } from '../../base/option-table.js';
import { resize, scaledSize } from '../../image/geometry/resize.js';
import { type Image, image, type Size } from '../../image/image.js';
import { type Network, sessionFor } from '../../networks/network.js';
import { freeMemory } from '../../runtime/free-memory.js';
import { openModel } from '../../runtime/open-model.js';
import { random } from '../../tensor/random.js';
import { minimumSide } from '../common/minimum-size.js';
import { octaveSizes } from '../common/octave-sizes.js';
import { descend, type StyleStep } from './descent.js';
import { transferLayers } from './layers.js';
import { LossBySize } from './loss-by-size.js';
import { featuresModel, lossModel, type StyleProblem } from './loss-graph.js';
import { planMemory } from './memory-plan.js';
import { type StyleOptions, styleOptions } from './options.js';
import { findTargets, type StyleImage, type TargetOptions, type Targets, WholeFeatures } from './targets.js';
import type { TileFeeds } from './tile-feeds.js';
import { TiledFeatures } from './tiled-features.js';
import { TiledLoss } from './tiled-loss.js';
import { tileFeaturesModel } from './tiled-loss-graph.js';
import { WholeLoss } from './whole-loss.js';

type Settings = OptionValues<typeof styleOptions>;

/** The steps of a style transfer. Throws as `style` does. */
export async function* stylize(
  network: Network,
  content: Image,
  styles: readonly Image[],
  options: StyleOptions,
): AsyncGenerator<StyleStep, void> {
  const settings = resolveOptions(styleOptions, options);
  const problem = problemOf(network, settings, options);
  const weighted = weighStyles(styles, options.blend);
  const minimum = minimumSide(featuresModel(problem));
  const full = settings.size === 0 ? content : scaledSize(content, settings.size);
  const sizes = octaveSizes(full, scaleCount(full, settings.smallest), Math.SQRT2, minimum);
  const model = lossModel(problem);
  const feeds = planMemory(problem, model, full, settings, options.memoryLimit ?? freeMemory());

  const { signal } = options;
  const session = sessionFor(network, options.placement, signal);
  const { styleScale } = settings;
  const contents = sizes.map((size) => resize(content, size));
  const targets = await targetsOf(problem, feeds, contents, weighted, { styleScale, minimum, session });
  const openWhole = async () =>
    new WholeLoss(await openModel(model, { ...session, finiteFeeds: true }), network.image);
  await using loss =
    feeds === null
      ? await openWhole()
      : new LossBySize(
          (picture) => feeds.tilesOf(picture).length > 1,
          openWhole,
          () => TiledLoss.open(problem, feeds, session),
        );
  yield* descend(
    {
      loss,
      scales: contents.map((picture, i) => ({ content: picture, targets: targets[i] ?? {} })),
      options: settings,
      signal,
    },
    firstPicture(contents[0] ?? content, weighted, settings, options.initImage),
  );
}

/** The sessions that compute them are closed when this returns. */
async function targetsOf(
  problem: StyleProblem,
  feeds: TileFeeds | null,
  contents: readonly Image[],
  styles: readonly StyleImage[],
  options: TargetOptions,
): Promise<readonly Targets[]> {
  const { session } = options;
  await using features =
    feeds === null
      ? new WholeFeatures(await openModel(featuresModel(problem), session), problem)
      : new TiledFeatures(
          await openModel(tileFeaturesModel(problem), session),
          problem,
          feeds,
          session.signal,
        );
  return await findTargets(problem, features, contents, styles, options);
}

function problemOf(network: Network, settings: Settings, options: StyleOptions): StyleProblem {
  const { content, style } = transferLayers(network, options, settings.contentWeight);
  return {
    model: network.model,
    image: network.image,
    content,
    style: normalizeWeights(style),
    options: settings,
  };
}

function weighStyles(
  styles: readonly Image[],
  weights: readonly number[] | undefined,
): readonly StyleImage[] {
  if (styles.length === 0)
    throw new OneirosError('bad-argument', 'there are no style images: give at least one');
  if (weights !== undefined && weights.length !== styles.length)
    throw new OneirosError(
      'bad-argument',
      `blend needs one weight per style image: ${styles.length}, not ${weights.length}`,
    );
  return normalizeWeights(styles.map((picture, i) => ({ image: picture, weight: weights?.[i] ?? 1 })));
}

/** The items with their weights scaled to a sum of 1. */
function normalizeWeights<T extends { readonly weight: number }>(items: readonly T[]): readonly T[] {
  const total = items.reduce((sum, { weight }) => sum + weight, 0);
  if (!items.every(({ weight }) => weight >= 0) || !(total > 0 && total < Infinity))
    throw new OneirosError(
      'bad-argument',
      `weights must be numbers ≥ 0, and not all 0: found ${items.map(({ weight }) => weight).join(', ')}`,
    );
  return items.map((item) => ({ ...item, weight: item.weight / total }));
}

/** The number of sizes, each √2 times the previous one, from the smallest to the full one. */
function scaleCount({ width, height }: Size, smallest: number): number {
  const doublings = Math.log2(Math.max(width, height) / smallest);
  return 1 + Math.max(0, Math.floor(2 * doublings + 1e-9));
}

function firstPicture(
  content: Image,
  [first]: readonly StyleImage[],
  { init, seed }: Settings,
  given: Image | undefined,
): Image {
  if (given !== undefined) return resize(given, content);
  switch (init) {
    case 'content':
      return content;
    case 'style':
      return first === undefined ? content : resize(first.image, content);
    case 'noise': {
      const source = random(seed);
      return image(
        content,
        content.data.map(() => Math.min(1, Math.max(0, 0.5 + 0.25 * source.normal()))),
      );
    }
  }
}
