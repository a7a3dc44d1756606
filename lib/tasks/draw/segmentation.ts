import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { blend } from '../../image/color/blend.js';
import { type Image, image, plane, type Planes, planes } from '../../image/image.js';
import type { Segmentation } from '../../networks/segmenter/segmentation.js';

type Color = readonly [number, number, number];

/** Okabe and Ito's colors without black; people with red–green color blindness can distinguish them. */
const okabeIto: readonly Color[] = [
  [0.9, 0.62, 0],
  [0.34, 0.71, 0.91],
  [0, 0.62, 0.45],
  [0.94, 0.89, 0.26],
  [0, 0.45, 0.7],
  [0.84, 0.37, 0],
  [0.8, 0.47, 0.65],
];
const golden = (Math.sqrt(5) - 1) / 2;

/** The color of a class; black for the background. Beyond the first seven, hues at golden-ratio steps stay apart. */
export function colorOfClass(index: number): Color {
  if (index === 0) return [0, 0, 0];
  const known = okabeIto[index - 1];
  if (known !== undefined) return known;
  const hue = 2 * Math.PI * index * golden;
  const channel = (shift: number) => 0.5 + 0.4 * Math.cos(hue + shift);
  return [channel(0), channel((2 * Math.PI) / 3), channel((4 * Math.PI) / 3)];
}

export interface OverlayOptions {
  /** The opacity of the colors, in [0, 1]. @default 0.5 */
  readonly opacity: number;
}

const overlayKinds: OptionKinds<Partial<OverlayOptions>> = { opacity: kind.number };
export const overlayDefaults: OverlayOptions = { opacity: 0.5 };

/**
 * The picture with every class except the background overlaid in its color.
 * @throws OneirosError `bad-argument` if the sizes differ
 */
export function overlay(
  picture: Image,
  segmentation: Segmentation,
  options: Partial<OverlayOptions> = {},
): Image {
  check(
    'overlay',
    { picture: [picture, kind.image], segmentation: [segmentation, kind.segmentation] },
    options,
    overlayKinds,
  );
  const { opacity } = withDefaults(overlayDefaults, options);
  const { labels } = segmentation;
  const visible = planes(
    1,
    segmentation,
    Float32Array.from(labels, (label) => (label === 0 ? 0 : opacity)),
  );
  return blend(picture, colored(segmentation), visible);
}

/** The classes as colors. */
function colored({ labels, classes, ...size }: Segmentation): Image {
  const colors = classes.map((_, index) => colorOfClass(index));
  const result = image(size);
  for (let c = 0; c < 3; c++) {
    const channel = plane(result, c);
    for (let i = 0; i < labels.length; i++) channel[i] = colors[labels[i]!]![c]!;
  }
  return result;
}

/** The probability that a pixel is not background, as a gray picture: black is 0, white is 1. */
export function foregroundPicture(probabilities: Planes): Image {
  check('foregroundPicture', { probabilities: [probabilities, kind.planes] });
  const background = plane(probabilities, 0);
  const result = image(probabilities);
  const foreground = background.map((value) => 1 - value);
  for (let c = 0; c < 3; c++) plane(result, c).set(foreground);
  return result;
}
