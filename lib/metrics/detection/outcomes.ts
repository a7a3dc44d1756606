import { OneirosError } from '../../base/errors.js';
import { matchBestFree, matchBestOnly } from './matching.js';
import { overlapRows } from './overlap.js';
import { type AreaRange, checkedProtocol, type Protocol } from './protocol.js';
import { groupTruth, rankDetections } from './ranking.js';
import type { Detections, Truth } from './tables.js';

/**
 * A detection is wrong, right, or ignored: matched with an object that need not be found, or outside the area range.
 */
export const outcome = { wrong: 0, right: 1, ignored: 2 } as const;

/** The outcomes of the detections of one category, best first. */
export interface CategoryOutcomes {
  /** Index into the truth's categories. */
  readonly category: number;
  readonly count: number;
  readonly scores: Float64Array;
  /** How many better detections of the category the same image has. */
  readonly place: Uint32Array;
  /** The number of objects to find, by area range. */
  readonly positives: Uint32Array;
  /** At (area · thresholds + threshold) · count + detection: see {@link outcome}. */
  readonly outcomes: Uint8Array;
}

/**
 * Compares detections with the truth, one category at a time, to save memory.
 * @param only the index of the only category to compare
 */
export function* judge(
  truth: Truth,
  detections: Detections,
  protocol: Protocol,
  only?: number,
): Generator<CategoryOutcomes, void> {
  checkTables(truth, detections, protocol);
  const ranking = rankDetections(detections, truth);
  const objects = groupTruth(truth);
  const judgeScene = sceneJudge(truth, detections, protocol);
  const position = new Uint32Array(detections.count);
  for (
    let category = only ?? 0;
    category < (only === undefined ? truth.categories.length : only + 1);
    category++
  ) {
    const byScore = ranking.byScore.subarray(ranking.start[category], ranking.start[category + 1]);
    byScore.forEach((detection, i) => (position[detection] = i));
    const detectionRows = ranking.byImage.subarray(ranking.start[category], ranking.start[category + 1]);
    const objectRows = objects.byImage.subarray(objects.start[category], objects.start[category + 1]);
    const result: CategoryOutcomes = {
      category,
      count: detectionRows.length,
      scores: Float64Array.from(byScore, (detection) => detections.score[detection]!),
      place: new Uint32Array(detectionRows.length),
      positives: new Uint32Array(protocol.areas.length),
      outcomes: new Uint8Array(detectionRows.length * protocol.areas.length * protocol.thresholds.length),
    };
    for (const [dets, objs] of scenes(detectionRows, detections.image, objectRows, truth.image))
      judgeScene(dets, objs, position, result);
    yield result;
  }
}

/** Walks two lists sorted by image: yields the detections and the objects of each image. */
function* scenes(
  detectionRows: Uint32Array,
  imageOfDetection: Uint32Array,
  objectRows: Uint32Array,
  imageOfObject: Uint32Array,
): Generator<[detectionRows: Uint32Array, objectRows: Uint32Array]> {
  let [i, j] = [0, 0];
  while (i < detectionRows.length || j < objectRows.length) {
    const image = Math.min(
      i < detectionRows.length ? imageOfDetection[detectionRows[i]!]! : Infinity,
      j < objectRows.length ? imageOfObject[objectRows[j]!]! : Infinity,
    );
    const [firstDetection, firstObject] = [i, j];
    while (i < detectionRows.length && imageOfDetection[detectionRows[i]!] === image) i++;
    while (j < objectRows.length && imageOfObject[objectRows[j]!] === image) j++;
    yield [detectionRows.subarray(firstDetection, i), objectRows.subarray(firstObject, j)];
  }
}

type SceneJudge = (
  detections: Uint32Array,
  objects: Uint32Array,
  position: Uint32Array,
  result: CategoryOutcomes,
) => void;

/** Judges one image of one category at every area range and threshold; reuses its buffers between images. */
function sceneJudge(truth: Truth, table: Detections, protocol: Protocol): SceneJudge {
  const { areas, thresholds, maxDets } = protocol;
  const overlapRow = overlapRows(truth, table, protocol);
  const match = protocol.matching === 'best-free' ? matchBestFree : matchBestOnly;
  const limit = maxDets[maxDets.length - 1]!;
  let iou = new Float64Array(1024);
  let flags = { ignored: new Uint8Array(64), crowd: new Uint8Array(64), taken: new Uint8Array(64) };
  let matches = new Int32Array(128);

  return (detections, objects, position, result) => {
    const counted = Math.min(detections.length, limit);
    if (iou.length < counted * objects.length) iou = new Float64Array(2 * counted * objects.length);
    if (matches.length < counted) matches = new Int32Array(2 * counted);
    if (flags.taken.length < objects.length) {
      const room = () => new Uint8Array(2 * objects.length);
      flags = { ignored: room(), crowd: room(), taken: room() };
    }
    for (let d = 0; d < detections.length; d++) result.place[position[detections[d]!]!] = d;
    for (let d = 0; d < counted; d++) overlapRow(detections[d]!, objects, iou, d * objects.length);
    for (let g = 0; g < objects.length; g++) flags.crowd[g] = truth.crowd[objects[g]!]!;
    const scene = { detections: counted, objects: objects.length, iou, ...flags };

    areas.forEach((area, a) => {
      let positives = 0;
      for (let g = 0; g < objects.length; g++)
        positives += 1 - (flags.ignored[g] = isIgnored(truth, objects[g]!, area, protocol));
      result.positives[a]! += positives;
      thresholds.forEach((threshold, t) => {
        match(scene, threshold, matches, flags.taken);
        const offset = (a * thresholds.length + t) * result.count;
        for (let d = 0; d < counted; d++)
          result.outcomes[offset + position[detections[d]!]!] = outcomeOf(matches[d]!, detections[d]!, area);
      });
    });

    function outcomeOf(found: number, detection: number, area: AreaRange): number {
      if (found >= 0 && flags.ignored[found] === 1) return outcome.ignored;
      const unmatched = found < 0 || (protocol.idZeroUnmatched && truth.idZero[objects[found]!] === 1);
      if (!unmatched) return outcome.right;
      return isOutside(table.area[detection]!, area) ? outcome.ignored : outcome.wrong;
    }
  };
}

function isIgnored(truth: Truth, object: number, area: AreaRange, { ignoreOverwritten }: Protocol): 0 | 1 {
  const marked = truth.crowd[object] === 1 || (!ignoreOverwritten && truth.ignore[object] === 1);
  return marked || isOutside(truth.area[object]!, area) ? 1 : 0;
}

function isOutside(area: number, { min, max }: AreaRange): boolean {
  return area < min || area > max;
}

function checkTables(truth: Truth, detections: Detections, protocol: Protocol): void {
  const { pixels } = checkedProtocol(protocol);
  if ((truth.masks === null) !== (detections.masks === null))
    throw new OneirosError('bad-argument', 'the truth and the detections must both have masks, or neither');
  if (truth.masks !== null && pixels === 'inclusive')
    throw new OneirosError('bad-argument', 'masks have no end pixels to include: set pixels to "continuous"');
}
