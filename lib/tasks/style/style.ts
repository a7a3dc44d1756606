import { check, type OptionKinds, optionsOf } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import type { Image } from '../../image/image.js';
import { type Network, sessionFor } from '../../networks/network.js';
import { placementKinds } from '../../runtime/options.js';
import type { StyleStep } from './descent.js';
import { type StyleOptions, styleOptions } from './options.js';

const styleKinds: OptionKinds<StyleOptions> = {
  ...styleOptions,
  contentLayers: kind.numbersByName,
  styleLayers: kind.numbersByName,
  blend: kind.numbers,
  initImage: kind.image,
  placement: optionsOf(placementKinds),
  memoryLimit: kind.number,
  signal: kind.signal,
};

/**
 * Neural style transfer (Gatys, Ecker and Bethge, 2016): makes a picture with the content of one image and the style of
 * others, by minimizing ‖C(x) − C(p)‖² + k‖S(x) − S(a)‖² over its pixels. Yields a step after each iteration.
 *
 *     for await (const { done, value, image } of style(network, photograph, [painting], { size: 512 })) …
 *
 * @param styles one or several; several are blended
 * @throws OneirosError `bad-argument` for options out of range, unknown layers or weights that do not fit; `too-large`
 *   over the memory limit; `runtime` if a loss is not finite; the signal's reason after an abort
 */
export async function* style(
  network: Network,
  content: Image,
  styles: readonly Image[],
  options: StyleOptions = {},
): AsyncGenerator<StyleStep, void> {
  check(
    'style',
    { network: [network, kind.network], content: [content, kind.image], styles: [styles, kind.images] },
    options,
    styleKinds,
  );
  // The whole task runs where its session runs. The imports are lazy: pages load the code for gradients only if needed.
  if (sessionFor(network, options.placement).isolation === 'none') {
    const { stylize } = await import('./stylizer.js');
    yield* stylize(network, content, styles, options);
  } else {
    const { styleRemotely } = await import('../worker/remote.js');
    yield* styleRemotely(network, content, styles, options);
  }
}
