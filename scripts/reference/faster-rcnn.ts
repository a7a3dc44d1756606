// Compares this library's Faster R-CNNs at full size with torchvision's: reads the files that faster_rcnn.py has
// written to the folder, and prints the differences of proposals and detections, and the errors of both against
// torchvision in float64. Exits with code 1 if a difference exceeds 0.1 pixels or 10⁻⁴ of a score, unless this library
// is closer to float64: random weights amplify rounding errors.
//
//   python3 scripts/reference/faster_rcnn.py FOLDER
//   node --no-warnings --import ./scripts/ts.mjs scripts/reference/faster-rcnn.ts FOLDER
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { FasterRCNN } from '../../lib/api/index.js';
import { variantNames } from '../../lib/models/faster-rcnn/settings.js';
import { pattern } from '../../spec/models/faster-rcnn-pattern.js';

interface Found {
  readonly box: readonly number[];
  readonly label: number;
  readonly score: number;
}

interface Picture {
  readonly size: readonly [height: number, width: number];
  readonly boxes: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly proposals: readonly (readonly number[])[];
  readonly objectness: readonly number[];
}

interface Reference {
  readonly pictures: readonly Picture[];
  /** The same results, computed in float64. */
  readonly exact: readonly Picture[];
}

function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'pictures' in value && 'exact' in value;
}

const [folder = '.'] = process.argv.slice(2);
for (const variant of variantNames) {
  const at = (ending: string) => join(folder, `faster-rcnn-${variant}.${ending}`);
  const reference: unknown = JSON.parse(await readFile(at('json'), 'utf8'));
  if (!isReference(reference)) throw new Error(`${at('json')} has no results`);
  await using network = await FasterRCNN.load(at('pth'), { variant, score: 0.3 });
  for (const [i, theirs] of reference.pictures.entries()) {
    const picture = pattern(theirs.size);
    const exact = reference.exact[i]!;
    const proposals = await network.proposals(picture);
    const detections = await network.detect(picture, { score: 0.3 });
    console.log(`${variant} ${theirs.size.join('×')}`);
    compare(
      'proposals',
      proposals.map(({ box, objectness }) => ({ box, label: 0, score: objectness })),
      proposalsOf(theirs),
      proposalsOf(exact),
    );
    compare(
      'detections',
      detections.map(({ box, labelId, score }) => ({ box, label: labelId, score })),
      detectionsOf(theirs),
      detectionsOf(exact),
    );
  }
}

function proposalsOf({ proposals, objectness }: Picture): readonly Found[] {
  return proposals.map((box, i) => ({ box, label: 0, score: objectness[i]! }));
}

function detectionsOf({ boxes, labels, scores }: Picture): readonly Found[] {
  return boxes.map((box, i) => ({ box, label: labels[i]!, score: scores[i]! }));
}

function compare(
  what: string,
  ours: readonly Found[],
  theirs: readonly Found[],
  exact: readonly Found[],
): void {
  const apart = difference(ours, theirs);
  const [own, reference] = [difference(ours, exact), difference(theirs, exact)];
  const isNear = apart.score <= 1e-4 || own.score <= reference.score;
  const equal = ours.length === theirs.length && apart.box <= 0.1 && isNear;
  if (!equal) process.exitCode = 1;
  console.log(
    `  ${ours.length} of ${theirs.length} ${what}: boxes within ${apart.box.toFixed(4)} px, ` +
      `scores within ${apart.score.toExponential(1)}: ${equal ? 'equal' : 'DIFFERENT'}; off float64 by ` +
      `${own.score.toExponential(1)}, torchvision by ${reference.score.toExponential(1)}`,
  );
}

/**
 * Pairs each expected detection with the nearest one found: the order may differ if scores are equal up to rounding.
 */
function difference(found: readonly Found[], wanted: readonly Found[]): { box: number; score: number } {
  let [box, score] = [0, 0];
  for (const one of wanted) {
    const apart = (other: Found) =>
      other.label === one.label
        ? Math.max(...other.box.map((edge, i) => Math.abs(edge - one.box[i]!)))
        : Infinity;
    const nearest = found.reduce(
      (best, other) => (apart(other) < apart(best) ? other : best),
      found[0] ?? one,
    );
    box = Math.max(box, apart(nearest));
    score = Math.max(score, Math.abs(nearest.score - one.score));
  }
  return { box, score };
}
