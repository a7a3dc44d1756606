import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import type { Given } from '../../base/options.js';
import type { Image } from '../../image/image.js';
import { type Network, sessionFor } from '../../networks/network.js';
import { placementKinds } from '../../runtime/options.js';
import type { SessionOptions } from '../../runtime/types.js';
import type { LayerWeights } from '../common/layers.js';
import { dreamOptions, zoomOptions } from './options.js';
import { stepOf } from './state.js';

export interface DreamOptions extends Given<typeof dreamOptions> {
  /**
   * What is to be raised, and how much: layers, or single channels of layers as `'layer:channel'`.
   * @default the network's usual layer: inception_4c/output of GoogLeNet, relu4_3 of VGG
   */
  readonly layers?: LayerWeights | undefined;
  /** Dreams toward what this picture shows: of each place the guide's best-matching features are raised. */
  readonly guide?: Image | undefined;
  /** Where it runs. @default where the network does */
  readonly session?: Omit<SessionOptions, 'signal' | 'transfer'> | undefined;
  /** Bytes that a step may take. @default what is free; in browsers, which do not say, no limit */
  readonly memoryLimit?: number | undefined;
  /** Ends the iteration before its next step; the last step has the picture so far. */
  readonly signal?: AbortSignal | undefined;
}

export const dreamKinds: OptionKinds<DreamOptions> = {
  ...dreamOptions,
  layers: kind.numbersByName,
  guide: kind.image,
  session: optionsOf(placementKinds),
  memoryLimit: kind.number,
  signal: kind.signal,
};

/** The state after a gradient step. */
export interface DreamStep {
  /** Steps done, of how many. */
  readonly done: number;
  readonly total: number;
  /** Which octave is worked on, 1 for the smallest, of how many. */
  readonly octave: number;
  readonly octaves: number;
  /** The objective before this step. */
  readonly objective: number;
  /** The picture so far, at its full size, in [0, 1]. Made when asked for. */
  readonly image: Image;
}

/**
 * DeepDream (Mordvintsev, Olah and Tyka, 2015): changes a photograph so that a network sees more of what it sees in it.
 *
 *     for await (const step of dream(network, photograph, { layers: { 'inception_4c/output': 1 }, signal })) …
 *
 * @throws OneirosError `bad-argument` for options out of range, an unknown layer or channel, a picture too small for the
 *   network; `too-large` over the memory limit; `runtime` if the objective stops being finite
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
  yield* dreamSteps(network, photograph, options);
}

/** Where the session is to run, the whole dream does. Gradients are a good deal of code, which pages load when they dream. */
async function* dreamSteps(
  network: Network,
  photograph: Image,
  options: ZoomSequenceOptions,
): AsyncGenerator<ZoomStep, void> {
  if (sessionFor(network, options.session).isolation === 'none') {
    const { dreamStates } = await import('./dreamer.js');
    for await (const state of dreamStates(network, photograph, options)) yield stepOf(state);
  } else {
    const { dreamRemotely } = await import('../worker/remote.js');
    for await (const state of dreamRemotely(network, photograph, options)) yield stepOf(state);
  }
}

export interface ZoomSequenceOptions extends DreamOptions, Given<typeof zoomOptions> {}

/** A step of one frame's dream; a frame is finished with its last step. */
export interface ZoomStep extends DreamStep {
  /** 1 for the first, of how many. */
  readonly frame: number;
  readonly frames: number;
}

/**
 * A fall into the dream: each frame dreams of the one before, enlarged and turned about its middle. Throws as
 * {@link dream} does.
 */
export async function* dreamZoom(
  network: Network,
  photograph: Image,
  options: ZoomSequenceOptions = {},
): AsyncGenerator<ZoomStep, void> {
  check('dreamZoom', { network: [network, kind.network], photograph: [photograph, kind.image] }, options, {
    ...dreamKinds,
    ...zoomOptions,
  });
  yield* dreamSteps(network, photograph, options);
}
