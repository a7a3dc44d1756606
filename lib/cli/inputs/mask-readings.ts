import { OneirosError } from '../../base/errors.js';
import { readImage } from '../../image/codec/read-write.js';
import { plane } from '../../image/image.js';
import { withValues } from '../../labels/class-text.js';
import { kindOf, numberOf, unnamed } from '../../labels/classes.js';
import { comparison } from '../../labels/compare.js';
import { readLabels } from '../../labels/files.js';
import { type DeclaredClasses, ignoredLabel, labeler, type LabelScheme } from '../../labels/scheme.js';
import { type LabelSurvey, LabelSurveyor, valuesOf } from '../../labels/survey.js';
import { mask } from '../../metrics/masks/mask.js';
import type { LabelMap } from '../../metrics/masks/segmentation.js';
import type { MaskPair } from './mask-pairs.js';

/** Turns pairs of masks into labels that can be compared. */
export interface MaskReading {
  /** Names of the classes, the background first. */
  readonly names: readonly string[];
  /** Assumptions, for the user. */
  readonly notes: readonly string[];
  read(pair: MaskPair): Promise<{ readonly truth: LabelMap; readonly predicted: LabelMap }>;
  /** Called after the last pair. @throws OneirosError `bad-input` if the masks do not fit the way they were read */
  finish(): void;
}

/**
 * Reads masks by their values. Surveys all masks first.
 * @throws OneirosError as `comparison` does; for each file as `readLabels` does
 */
export async function readingByValues(
  pairs: readonly MaskPair[],
  declared: DeclaredClasses,
  signal: AbortSignal,
): Promise<MaskReading> {
  const truths = await surveyed(
    pairs.map(({ truth }) => truth),
    signal,
  );
  const predictions = await surveyed(
    pairs.map(({ predicted }) => predicted),
    signal,
  );
  const declaredKind = declared.classes && kindOf(withValues(declared.classes));
  const kind = declaredKind ?? (isColored(truths) || isColored(predictions) ? 'color' : undefined);
  const surveys = [truths.finish(kind), predictions.finish(kind)] as const;
  const { truth, predicted, notes } = comparison(...surveys, declared);
  const readers = [readerOf(truth, surveys[0]), readerOf(predicted, surveys[1])] as const;
  return {
    names: truth.classes.map(({ name }) => name),
    notes: [...notes, ...ignored(truth, surveys[0])],
    async read(pair) {
      const [there, found] = [await readers[0](pair.truth), await readers[1](pair.predicted)];
      checkCounted(pair, there, found, truth);
      return { truth: there, predicted: found };
    },
    finish: () => undefined,
  };
}

async function surveyed(paths: readonly string[], signal: AbortSignal): Promise<LabelSurveyor> {
  const surveyor = new LabelSurveyor();
  for (const path of paths) {
    signal.throwIfAborted();
    surveyor.add(path, await readLabels(path));
  }
  return surveyor;
}

function isColored(surveyor: LabelSurveyor): boolean {
  return surveyor.finish().kind === 'color';
}

function readerOf(scheme: LabelScheme, survey: LabelSurvey): (path: string) => Promise<LabelMap> {
  const labelsOf = labeler(scheme);
  return async (path) => {
    const picture = await readLabels(path);
    return mask(picture, labelsOf(valuesOf(picture, survey), path));
  };
}

function ignored({ ignore }: LabelScheme, { found }: LabelSurvey): readonly string[] {
  const pixels = ignore === null ? 0 : (found.get(numberOf(ignore))?.pixels ?? 0);
  return pixels === 0 ? [] : [`${ignore} is ignored: ${pixels} pixels of the true masks`];
}

/** A prediction may have the ignored value only where the truth has it. */
function checkCounted(pair: MaskPair, truth: LabelMap, predicted: LabelMap, { ignore }: LabelScheme): void {
  if (ignore === null) return;
  const at = predicted.data.findIndex((label, i) => label === ignoredLabel && truth.data[i] !== ignoredLabel);
  if (at >= 0 && truth.data.length === predicted.data.length)
    throw new OneirosError(
      'bad-input',
      `${pair.predicted} has the ignored value ${ignore} at (${at % truth.width}, ${Math.floor(at / truth.width)}), where ${pair.truth} has a class: a prediction must name a class`,
    );
}

/** Reads masks by brightness, in [0, 1]: the object is where red, green or blue is at least `threshold`. */
export function readingByBrightness(threshold: number): MaskReading {
  let [brightest, brightestIn, reached] = [0, '', false];
  const bright = async (path: string, isTruth: boolean) => {
    const picture = await readImage(path);
    const [red, green, blue] = [plane(picture, 0), plane(picture, 1), plane(picture, 2)];
    const labels = Uint8Array.from(red, (value, i) => {
      const brightness = Math.max(value, green[i]!, blue[i]!);
      if (isTruth && brightness > brightest) [brightest, brightestIn] = [brightness, path];
      return brightness >= threshold ? 1 : 0;
    });
    reached ||= isTruth && labels.includes(1);
    return mask(picture, labels);
  };
  return {
    names: unnamed(2),
    notes: [],
    read: async ({ truth, predicted }) => ({
      truth: await bright(truth, true),
      predicted: await bright(predicted, false),
    }),
    finish() {
      // Masks whose object has the value 1 of 255 look black, and their values are classes.
      if (reached || brightest === 0) return;
      throw new OneirosError(
        'bad-input',
        `no pixel of the true masks is as bright as --threshold ${threshold}: the brightest, in ${brightestIn}, has ${brightest.toFixed(4)}; omit --threshold if their values are classes`,
      );
    },
  };
}
