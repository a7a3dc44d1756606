import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import { type Planes, planes, type Size } from '../../image/image.js';
import { type LabelValue, type MaskClass, usualValues } from '../../labels/classes.js';
import { type Mask, mask } from '../../metrics/masks/mask.js';

/** The area of a class in a picture. */
export interface ClassArea extends MaskClass {
  readonly pixels: number;
  /** The fraction of all pixels, in [0, 1]. */
  readonly fraction: number;
}

/** The class of every pixel of a picture. */
export interface Segmentation extends Size {
  /** The class number of each pixel, row by row from the top. */
  readonly labels: Uint8Array;
  readonly classes: readonly ClassArea[];
  /** A plane for each class, in [0, 1]; `null` if the option `probabilities` is off. */
  readonly probabilities: Planes | null;
}

/**
 * The mask of the pixels of a class.
 * @throws OneirosError `bad-argument` for an unknown class
 */
export function maskOfClass(segmentation: Segmentation, index: number): Mask {
  check('maskOfClass', { segmentation: [segmentation, kind.segmentation], index: [index, kind.number] });
  const { width, height, labels, classes } = segmentation;
  if (classes[index] === undefined)
    throw new OneirosError(
      'bad-argument',
      `there is no class ${index}: the classes are 0 to ${classes.length - 1}`,
    );
  return mask(
    { width, height },
    labels.map((label) => (label === index ? 1 : 0)),
  );
}

/** How the class of a pixel follows from probabilities. */
export interface Decision {
  /**
   * Whether there is a plane for every class, and they add up to 1. Otherwise there is a plane for each class except
   * the background, whose pixels have a low probability in all planes.
   */
  readonly exclusive: boolean;
  /** The probability above which a pixel is not background; ignored for three or more exclusive classes. */
  readonly threshold: number;
}

/** Builds a segmentation from bands of probabilities. */
export class SegmentationBuilder {
  readonly #labels: Uint8Array;
  readonly #pixels: number[];
  readonly #probabilities: Planes | null;

  constructor(
    readonly size: Size,
    readonly names: readonly string[],
    readonly decision: Decision,
    keep: boolean,
    readonly values: readonly LabelValue[] = usualValues(names.length),
  ) {
    this.#labels = new Uint8Array(size.width * size.height);
    this.#pixels = names.map(() => 0);
    this.#probabilities = keep ? planes(names.length, size) : null;
  }

  /** @param y the band's first row */
  add(band: Planes, y: number): void {
    const complete = this.decision.exclusive ? band : withBackground(band);
    const area = band.width * band.height;
    const offset = y * band.width;
    for (let i = 0; i < area; i++) {
      const label = decide(complete, i, area, this.decision);
      this.#labels[offset + i] = label;
      this.#pixels[label]!++;
    }
    const kept = this.#probabilities;
    if (kept === null) return;
    for (let c = 0; c < complete.channels; c++)
      kept.data.set(complete.data.subarray(c * area, (c + 1) * area), c * kept.width * kept.height + offset);
  }

  finish(): Segmentation {
    const { width, height } = this.size;
    const classes = this.names.map((name, i): ClassArea => {
      const pixels = this.#pixels[i]!;
      return { name, value: this.values[i]!, pixels, fraction: pixels / (width * height) };
    });
    return { width, height, labels: this.#labels, classes, probabilities: this.#probabilities };
  }
}

/** Adds the background as the first plane: 1 minus the highest probability of the other planes. */
function withBackground(band: Planes): Planes {
  const complete = planes(band.channels + 1, band);
  const area = band.width * band.height;
  complete.data.set(band.data, area);
  for (let i = 0; i < area; i++) {
    let best = 0;
    for (let c = 0; c < band.channels; c++) best = Math.max(best, band.data[c * area + i]!);
    complete.data[i] = 1 - best;
  }
  return complete;
}

function decide({ channels, data }: Planes, i: number, area: number, decision: Decision): number {
  // With two exclusive classes, the first one is the background.
  const background = !decision.exclusive || channels === 2;
  let best = background ? 1 : 0;
  for (let c = best + 1; c < channels; c++) if (data[c * area + i]! > data[best * area + i]!) best = c;
  return background && !(data[best * area + i]! > decision.threshold) ? 0 : best;
}
