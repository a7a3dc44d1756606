import { check, type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Image } from '../../image/image.js';
import { type Network, sessionFor } from '../../networks/network.js';
import { placementKinds } from '../../runtime/options.js';
import { type DreamOptions, dreamOptions, type DreamZoomOptions, zoomOptions } from './options.js';
import { type DreamStep, stepOf } from './state.js';

const dreamKinds: OptionKinds<DreamOptions> = {
  ...dreamOptions,
  layers: kind.numbersByName,
  guide: kind.image,
  placement: optionsOf(placementKinds),
  memoryLimit: kind.number,
  signal: kind.signal,
};

/**
 * DeepDream (Mordvintsev, Olah and Tyka, 2015): changes a photograph by gradient ascent so that a network's layers
 * respond more strongly to it. Yields a step after each gradient step.
 *
 *     for await (const step of dream(network, photograph, { layers: { 'inception_4c/output': 1 }, signal })) …
 *
 * @throws OneirosError `bad-argument` for options out of range, an unknown layer or channel, a picture too small for
 *   the network; `too-large` over the memory limit; `runtime` if the objective is not finite; the signal's reason after
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
  yield* dreamSteps(network, photograph, options);
}

/**
 * The whole dream runs where its session runs. The imports are lazy: pages load the code for gradients only if needed.
 */
async function* dreamSteps(
  network: Network,
  photograph: Image,
  options: DreamZoomOptions,
): AsyncGenerator<DreamStep, void> {
  if (sessionFor(network, options.placement).isolation === 'none') {
    const { dreamStates } = await import('./dreamer.js');
    for await (const state of dreamStates(network, photograph, options)) yield stepOf(state);
  } else {
    const { dreamRemotely } = await import('../worker/remote.js');
    for await (const state of dreamRemotely(network, photograph, options)) yield stepOf(state);
  }
}

/**
 * A zoom sequence: each frame is a dream of the previous frame, enlarged and rotated about its center. Throws as
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
  yield* dreamSteps(network, photograph, options);
}
