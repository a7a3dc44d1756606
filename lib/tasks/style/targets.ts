import { resize, scaledSize } from '../../image/geometry/resize.js';
import { type Image, type Size, toTensor } from '../../image/image.js';
import { openModel } from '../../runtime/open-model.js';
import type { Session, SessionOptions } from '../../runtime/types.js';
import { float32Of } from '../../tensor/results.js';
import { type Float32Tensor, tensor } from '../../tensor/tensor.js';
import { gaussianModel, type StyleProblem, targetName } from './loss-graph.js';

/** The inputs of the loss graph except the image, by name. */
export type Targets = Readonly<Record<string, Float32Tensor>>;

export interface StyleImage {
  readonly image: Image;
  /** The weights of all style images add up to 1. */
  readonly weight: number;
}

export interface TargetOptions {
  /** The ratio of the style images' longer side to that of the content. */
  readonly styleScale: number;
  /** The smallest side of a style image, in pixels. */
  readonly minimum: number;
  readonly session: SessionOptions;
}

/** Computes the features of pictures of any size. Holds native memory until it is disposed. */
export interface PictureFeatures extends AsyncDisposable {
  /** The content layers' features, by `targetName`. */
  content(picture: Image): Promise<Targets>;
  /** The style layers' moments, by `targetName`. */
  moments(picture: Image): Promise<Targets>;
}

/** Computes them for the whole picture at once. */
export class WholeFeatures implements PictureFeatures {
  /** @param session of `featuresModel` */
  constructor(
    private readonly session: Session,
    private readonly problem: StyleProblem,
  ) {}

  async content(picture: Image): Promise<Targets> {
    const names = this.problem.content.map(({ value }) => targetName.content(value));
    return names.length === 0 ? {} : this.#run(picture, names);
  }

  moments(picture: Image): Promise<Targets> {
    return this.#run(picture, momentNames(this.problem));
  }

  async #run(picture: Image, fetches: readonly string[]): Promise<Targets> {
    const results = await this.session.run({ [this.problem.image]: toTensor(picture) }, { fetches });
    return float32Results(results, fetches);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.session.dispose();
  }
}

function momentNames({ style }: StyleProblem): readonly string[] {
  return style.flatMap(({ value }) => [targetName.mean(value), targetName.gram(value)]);
}

/**
 * The targets of the losses for each size of the content: its features and the styles' statistics.
 */
export async function findTargets(
  problem: StyleProblem,
  features: PictureFeatures,
  contents: readonly Image[],
  styles: readonly StyleImage[],
  options: TargetOptions,
): Promise<readonly Targets[]> {
  await using gaussian =
    problem.options.statistics === 'wasserstein'
      ? await openModel(gaussianModel(problem), options.session)
      : null;
  const targets: Targets[] = [];
  for (const content of contents) {
    options.session.signal?.throwIfAborted();
    const moments = await blendedMoments(problem, features, styles, content, options);
    const style = gaussian === null ? grams(problem, moments) : await gaussians(problem, moments, gaussian);
    targets.push({ ...(await features.content(content)), ...style });
  }
  return targets;
}

/**
 * The weighted mean of all styles' moments: it blends raw second moments, as crowsonkb/style-transfer-pytorch does.
 * For Gram matrices the gradient is that of a weighted sum of losses, and the loss can reach zero.
 */
async function blendedMoments(
  problem: StyleProblem,
  features: PictureFeatures,
  styles: readonly StyleImage[],
  content: Image,
  { styleScale, minimum }: TargetOptions,
): Promise<Targets> {
  const longer = Math.max(1, Math.round(Math.max(content.width, content.height) * styleScale));
  const blended = new Map<string, Float32Tensor>();
  for (const { image, weight } of styles) {
    const picture = resize(image, atLeast(scaledSize(image, longer), minimum));
    const results = await features.moments(picture);
    for (const name of momentNames(problem))
      blended.set(name, addScaled(blended.get(name), float32Of(results, name), weight));
  }
  return Object.fromEntries(blended);
}

function atLeast({ width, height }: Size, minimum: number): Size {
  const factor = Math.max(1, minimum / Math.min(width, height));
  return { width: Math.round(width * factor), height: Math.round(height * factor) };
}

function addScaled(
  total: Float32Tensor | undefined,
  { data, dims }: Float32Tensor,
  weight: number,
): Float32Tensor {
  return tensor(
    'float32',
    data.map((value, i) => (total?.data[i] ?? 0) + weight * value),
    dims,
  );
}

function grams(problem: StyleProblem, moments: Targets): Targets {
  return float32Results(
    moments,
    problem.style.map(({ value }) => targetName.gram(value)),
  );
}

async function gaussians(problem: StyleProblem, moments: Targets, gaussian: Session): Promise<Targets> {
  const results = await gaussian.run(moments);
  const means = problem.style.map(({ value }) => targetName.mean(value));
  return { ...float32Results(moments, means), ...float32Results(results, Object.keys(results)) };
}

function float32Results(results: Parameters<typeof float32Of>[0], names: readonly string[]): Targets {
  return Object.fromEntries(names.map((name) => [name, float32Of(results, name)]));
}
