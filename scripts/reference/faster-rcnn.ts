// Compares our Faster R-CNNs at full size with torchvision's: reads what faster_rcnn.py has written to the folder, and says
// how far proposals and detections lie apart. Exit code 1 beyond 0.1 pixels, or 10⁻⁴ of a score.
//
//   python3 scripts/reference/faster_rcnn.py FOLDER
//   node --no-warnings --import ./scripts/ts.mjs scripts/reference/faster-rcnn.ts FOLDER
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FasterRCNN } from '../../lib/index.js';
import { variantNames } from '../../lib/models/faster-rcnn/traits.js';
import { pattern } from '../../spec/models/faster-rcnn-pattern.js';

interface Found {
  readonly box: readonly number[];
  readonly label: number;
  readonly score: number;
}

interface Reference {
  readonly pictures: readonly {
    readonly size: readonly [height: number, width: number];
    readonly boxes: readonly (readonly number[])[];
    readonly labels: readonly number[];
    readonly scores: readonly number[];
    readonly proposals: readonly (readonly number[])[];
    readonly objectness: readonly number[];
  }[];
}

function isReference(value: unknown): value is Reference {
  return typeof value === 'object' && value !== null && 'pictures' in value;
}

const [folder = '.'] = process.argv.slice(2);
for (const variant of variantNames) {
  const at = (ending: string) => join(folder, `faster-rcnn-${variant}.${ending}`);
  const reference: unknown = JSON.parse(await readFile(at('json'), 'utf8'));
  if (!isReference(reference)) throw new Error(`${at('json')} holds no results`);
  await using network = await FasterRCNN.load(at('pth'), { variant, score: 0.3 });
  for (const wanted of reference.pictures) {
    const picture = pattern(wanted.size);
    const proposals = (await network.proposals(picture)).map(({ box, objectness }) =>
      found(box, 0, objectness),
    );
    const detections = (await network.detect(picture, { score: 0.3 })).map(({ box, labelId, score }) =>
      found(box, labelId, score),
    );
    console.log(`${variant} ${wanted.size.join('×')}`);
    compare(
      'proposals',
      proposals,
      wanted.proposals.map((box, i) => found(box, 0, wanted.objectness[i]!)),
    );
    compare(
      'detections',
      detections,
      wanted.boxes.map((box, i) => found(box, wanted.labels[i]!, wanted.scores[i]!)),
    );
  }
}

function found(box: readonly number[], label: number, score: number): Found {
  return { box, label, score };
}

/** Each of the reference's beside the nearest of ours; their order may differ where scores are equal but for rounding. */
function compare(what: string, ours: readonly Found[], reference: readonly Found[]): void {
  let [distance, difference] = [0, 0];
  for (const wanted of reference) {
    const apart = (other: Found) =>
      other.label === wanted.label
        ? Math.max(...other.box.map((edge, i) => Math.abs(edge - wanted.box[i]!)))
        : Infinity;
    const nearest = ours.reduce(
      (best, other) => (apart(other) < apart(best) ? other : best),
      ours[0] ?? wanted,
    );
    distance = Math.max(distance, apart(nearest));
    difference = Math.max(difference, Math.abs(nearest.score - wanted.score));
  }
  const equal = ours.length === reference.length && distance <= 0.1 && difference <= 1e-4;
  if (!equal) process.exitCode = 1;
  const verdict = equal ? 'equal' : 'DIFFERENT';
  console.log(
    `  ${what}: ${ours.length} and ${reference.length}, boxes within ${distance.toFixed(4)} px, ` +
      `scores within ${difference.toExponential(1)}: ${verdict}`,
  );
}
