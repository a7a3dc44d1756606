import { OneirosError } from '../../base/errors.js';
import { matchBestFree, matchBestOnly } from './matching.js';
import { overlapRows } from './overlap.js';
import { type AreaRange, checkedProtocol, type Protocol } from './protocol.js';
import { groupTruth, rankDetections } from './ranking.js';
import type { Detections, Truth } from './tables.js';

/** A detection is wrong, right, or neither: matched with what need not be found, or not of the size asked about. */
export const outcome = { wrong: 0, right: 1, ignored: 2 } as const;

/** What became of the detections of one category, best first. */
export interface CategoryOutcomes {
  /** Index into the truth's categories. */
  readonly category: number;
  readonly count: number;
  readonly scores: Float64Array;
  /** How many better ones of the category there are in the same image. */
  readonly place: Uint32Array;
  /** How many objects there are to find, by area range. */
  readonly positives: Uint32Array;
  /** At (area · thresholds + threshold) · count + detection: 0 wrong, 1 right, 2 neither. */
  readonly outcomes: Uint8Array;
}

/**
 * Holds detections against the truth, one category after another (memory is needed for one at a time).
 * @param only the index of the one category that is wanted
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
    const ours = ranking.byImage.subarray(ranking.start[category], ranking.start[category + 1]);
    const theirs = objects.byImage.subarray(objects.start[category], objects.start[category + 1]);
    const result: CategoryOutcomes = {
      category,
      count: ours.length,
      scores: Float64Array.from(byScore, (detection) => detections.score[detection]!),
      place: new Uint32Array(ours.length),
      positives: new Uint32Array(protocol.areas.length),
      outcomes: new Uint8Array(ours.length * protocol.areas.length * protocol.thresholds.length),
    };
    for (const [dets, objs] of scenes(ours, detections.image, theirs, truth.image))
      judgeScene(dets, objs, position, result);
    yield result;
  }
}

/** Walks two lists sorted by image together: each image with what both have of it. */
function* scenes(
  ours: Uint32Array,
  imageOfOurs: Uint32Array,
  theirs: Uint32Array,
  imageOfTheirs: Uint32Array,
): Generator<[ours: Uint32Array, theirs: Uint32Array]> {
  let [i, j] = [0, 0];
  while (i < ours.length || j < theirs.length) {
    const image = Math.min(
      i < ours.length ? imageOfOurs[ours[i]!]! : Infinity,
      j < theirs.length ? imageOfTheirs[theirs[j]!]! : Infinity,
    );
    const [firstOurs, firstTheirs] = [i, j];
    while (i < ours.length && imageOfOurs[ours[i]!] === image) i++;
    while (j < theirs.length && imageOfTheirs[theirs[j]!] === image) j++;
    yield [ours.subarray(firstOurs, i), theirs.subarray(firstTheirs, j)];
  }
}

type SceneJudge = (
  detections: Uint32Array,
  objects: Uint32Array,
  position: Uint32Array,
  result: CategoryOutcomes,
) => void;

/** Judges one image of one category at every area range and threshold; its working memory is reused between images. */
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
    throw new OneirosError('bad-argument', 'masks have no end pixels to include: use pixels "continuous"');
}
