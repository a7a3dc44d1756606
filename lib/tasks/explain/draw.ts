import { check, type OptionKinds } from '../../base/arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
import { blend } from '../../image/color/blend.js';
import { colorize, type Colormap, jet } from '../../image/color/colormap.js';
import { type Image, image, type Planes } from '../../image/image.js';

export interface DrawRelevanceOptions {
  /** `light`: the picture in the light of what counts; `heat`: false colors over it. @default 'light' */
  readonly style?: 'light' | 'heat';
  /** The false colors. @default jet, which papers on saliency use */
  readonly colormap?: Colormap;
}

const drawKinds: OptionKinds<DrawRelevanceOptions> = {
  style: oneOf('light', 'heat'),
  colormap: kind.function,
};

/** How much of the picture is still seen where nothing counts. */
const dark = 0.2;
/** Of the colors of heat over the picture. */
const opacity = 0.5;

/**
 * A picture with what counts in it.
 * @param relevance of each pixel, in [0, 1], as large as the picture
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
