import { check, type OptionKinds, optionsOf } from '../../base/arguments.js';
import { kind } from '../../base/kinds.js';
import type { Given } from '../../base/options.js';
import type { Image } from '../../image/image.js';
import { type Network, sessionFor } from '../../networks/network.js';
import { placementKinds } from '../../runtime/options.js';
import type { SessionOptions } from '../../runtime/types.js';
import type { LayerWeights } from '../common/layers.js';
import type { StyleStep } from './descent.js';
import { styleOptions } from './options.js';

export interface StyleOptions extends Given<typeof styleOptions> {
  /** Layers whose features are to be the content's, with weights. @default relu4_2 of a VGG */
  readonly contentLayers?: LayerWeights | undefined;
  /** Layers whose statistics are to be the styles', with weights that count in proportion. @default relu1_1 … relu5_1 */
  readonly styleLayers?: LayerWeights | undefined;
  /** How much each style counts, in proportion. @default all the same */
  readonly blend?: readonly number[] | undefined;
  /** A picture to begin with instead of what `init` says. */
  readonly initImage?: Image | undefined;
  /** Where it runs. @default where the network does */
  readonly session?: Omit<SessionOptions, 'signal' | 'transfer'> | undefined;
  /** Bytes that a step may take. @default what is free; in browsers, which do not say, no limit */
  readonly memoryLimit?: number | undefined;
  /** Ends the iteration before its next step; the last step has the best picture so far. */
  readonly signal?: AbortSignal | undefined;
}

export const styleKinds: OptionKinds<StyleOptions> = {
  ...styleOptions,
  contentLayers: kind.numbersByName,
  styleLayers: kind.numbersByName,
  blend: kind.numbers,
  initImage: kind.image,
  session: optionsOf(placementKinds),
  memoryLimit: kind.number,
  signal: kind.signal,
};

/**
 * Neural style transfer (Gatys, Ecker and Bethge, 2016): finds the picture with the content of one image and the style of
 * others, by minimizing ‖C(x) − C(p)‖² + k‖S(x) − S(a)‖² over its pixels.
 *
 *     for await (const { done, loss, image } of style(network, photograph, [painting], { size: 512 })) …
 *
 * @param styles one or several; several are blended
 * @throws OneirosError `bad-argument` for options out of range, unknown layers or weights that do not fit; `too-large`
 *   over the memory limit; `runtime` if a loss stops being finite
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
  // Where the session is to run, the whole task does. Gradients are a good deal of code, which pages load with their first
  // style transfer.
  if (sessionFor(network, options.session).isolation === 'none') {
    const { stylize } = await import('./stylizer.js');
    yield* stylize(network, content, styles, options);
  } else {
    const { styleRemotely } = await import('../worker/remote.js');
    yield* styleRemotely(network, content, styles, options);
  }
}
