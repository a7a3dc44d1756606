import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import { resolveOptions } from '../../base/options.js';
import { zoom } from '../../image/geometry/affine.js';
import type { Image } from '../../image/image.js';
import type { Network } from '../../networks/network.js';
import { placementKinds } from '../../runtime/options.js';
import type { Dreamer, DreamStep } from './dreamer.js';
import { type DreamOptions, dreamOptions, zoomOptions, type ZoomParameters } from './options.js';

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
