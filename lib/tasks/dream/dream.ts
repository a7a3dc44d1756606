import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
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
  yield* dreamSteps(network, photograph, options);
}

/** Where the session is to run, the whole dream does. Gradients are a good deal of code, which pages load when they dream. */
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
  yield* dreamSteps(network, photograph, options);
}
