import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
import { blend } from '../../image/color/blend.js';
import { colorize, type Colormap, jet } from '../../image/color/colormap.js';
import { type Image, image, type Planes } from '../../image/image.js';

export interface DrawRelevanceOptions {
  /** `light`: darkens irrelevant parts of the picture; `heat`: overlays false colors. @default 'light' */
  readonly style?: 'light' | 'heat';
  /** The false colors. @default `jet`, as in papers on saliency */
  readonly colormap?: Colormap;
}

const drawKinds: OptionKinds<DrawRelevanceOptions> = {
  style: oneOf('light', 'heat'),
  colormap: kind.function,
};

/** The brightness where the relevance is 0. */
const dark = 0.2;
/** The opacity of the colors of `heat`. */
const opacity = 0.5;

/**
 * The picture with its relevance drawn in.
 * @param relevance of each pixel, in [0, 1], of the picture's size
 * @throws OneirosError `bad-argument` if the sizes differ
 */
export function drawRelevance(
  picture: Image,
  relevance: Planes<1>,
  options: DrawRelevanceOptions = {},
): Image {
  check(
    'drawRelevance',
    { picture: [picture, kind.image], relevance: [relevance, kind.planes] },
    options,
    drawKinds,
  );
  const { style = 'light', colormap = jet } = options;
  if (style === 'heat') return blend(picture, colorize(relevance, colormap), opacity);
  const light = { ...relevance, data: relevance.data.map((value) => dark + (1 - dark) * value) };
  return blend(image(picture), picture, light);
}
