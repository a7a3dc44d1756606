import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import { resolveOptions } from '../../base/options.js';
import { zoom } from '../../image/geometry/affine.js';
import type { Image } from '../../image/image.js';
import type { Network } from '../../networks/network.js';
import { placementKinds } from '../../runtime/host/session.js';
import type { Placement } from '../../runtime/placement.js';
import type { LayerWeights } from '../common/layers.js';
import type { PictureStep } from '../common/step.js';
import type { Dreamer } from './dreamer.js';
import { dreamOptions, type DreamParameters, zoomOptions, type ZoomParameters } from './options.js';

export interface DreamOptions extends DreamParameters {
  /**
   * What is to be raised, and how much: layers, or single channels of layers as `'layer:channel'`.
   * @default the network's usual layer: inception_4c/output of GoogLeNet, relu4_3 of VGG
   */
  readonly layers?: LayerWeights | undefined;
  /** Dreams toward what this picture shows: of each place the guide's best-matching features are raised. */
  readonly guide?: Image | undefined;
  /** Where it runs. @default where the network does */
  readonly placement?: Placement | undefined;
  /** Bytes that a step may take. @default what is free; in browsers, which do not say, no limit */
  readonly memoryLimit?: number | undefined;
  /** An abort rejects with the signal's reason before the next step; the last step yielded has the picture so far. */
  readonly signal?: AbortSignal | undefined;
}

export const dreamKinds: OptionKinds<DreamOptions> = {
  ...dreamOptions,
  layers: kind.numbersByName,
  guide: kind.image,
  placement: optionsOf(placementKinds),
  memoryLimit: kind.number,
  signal: kind.signal,
};

/**
 * The state after a gradient step. Its parts are octaves, the smallest first; its value is the objective before this step;
 * its image is of the full size, and computed when it is read.
 */
export interface DreamStep extends PictureStep {
  /** The frame of a zoom sequence, 1 for the first, of how many; a frame is finished with its last step. */
  readonly frame: number;
  readonly frames: number;
}

/**
 * DeepDream (Mordvintsev, Olah and Tyka, 2015): changes a photograph so that a network sees more of what it sees in it.
 *
 *     for await (const step of dream(network, photograph, { layers: { 'inception_4c/output': 1 }, signal })) …
 *
 * @throws OneirosError `bad-argument` for options out of range, an unknown layer or channel, a picture too small for the
 *   network; `too-large` over the memory limit; `runtime` if the objective stops being finite; the signal's reason after
 *   an abort
 */
export async function* dream(
  network: Network,
  photograph: Image,
  options: DreamOptions = {},
): AsyncGenerator<DreamStep, void> {
  check(
    'dream',
    { network: [network, kind.network], photograph: [photograph, kind.image] },
    options,
    dreamKinds,
  );
  await using dreamer = await openDreamer(network, options);
  yield* dreamer.dream(photograph);
}

/** Gradients are a good deal of code, which pages load with their first dream. */
async function openDreamer(network: Network, options: DreamOptions): Promise<Dreamer> {
  const { Dreamer } = await import('./dreamer.js');
  return Dreamer.open(network, options);
}

export interface DreamZoomOptions extends DreamOptions, ZoomParameters {}

/**
 * A fall into the dream: each frame dreams of the one before, enlarged and turned about its middle. Throws as
 * {@link dream} does.
 */
export async function* dreamZoom(
  network: Network,
  photograph: Image,
  options: DreamZoomOptions = {},
): AsyncGenerator<DreamStep, void> {
  check('dreamZoom', { network: [network, kind.network], photograph: [photograph, kind.image] }, options, {
    ...dreamKinds,
    ...zoomOptions,
  });
  const { frames, zoom: factor, rotate } = resolveOptions(zoomOptions, options);
  await using dreamer = await openDreamer(network, options);
  let picture = photograph;
  for (let frame = 1; frame <= frames; frame++) {
    let last: DreamStep | undefined;
    for await (const step of dreamer.dream(picture, frame, frames)) yield (last = step);
    if (last !== undefined && frame < frames) picture = zoom(last.image, factor, { rotation: rotate });
  }
}
