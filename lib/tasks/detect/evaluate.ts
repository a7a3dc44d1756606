import { check, optionsFor } from '../../base/arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Image } from '../../image/image.js';
import { evaluateDetections } from '../../metrics/detection/evaluate.js';
import { categoryNames, type CocoFigures, cocoFigures } from '../../metrics/detection/figures.js';
import { type Id, idText } from '../../metrics/detection/ids.js';
import { cocoProtocol } from '../../metrics/detection/protocol.js';
import type { Truth } from '../../metrics/detection/tables.js';
import { cocoDetections } from '../../metrics/io/coco.js';
import { inBatches } from '../../networks/batches.js';
import {
  batchOf,
  detectKinds,
  detectManyKinds,
  type DetectManyOptions,
  type Detector,
} from '../../networks/detector/detector.js';
import { type CocoResult, cocoResults } from './coco-results.js';

/** A picture by the id that the truth has for it. */
export interface IdentifiedPicture {
  readonly id: Id;
  readonly image: Image;
}

/** COCO's figures of a detector, over all classes and of each by its name. */
export interface DetectorFigures extends CocoFigures {
  readonly perClass: Readonly<Record<string, CocoFigures>>;
}

/**
 * Measures a detector on pictures whose objects are known, by COCO's protocol; all detections count that `options` let
 * through, so let their score be low.
 * @param onProgress told how many are done
 * @throws OneirosError `bad-input` for a picture that the truth does not list, or two of one id; as `detect` does
 */
export async function evaluateDetector(
  network: Detector,
  pictures: Iterable<IdentifiedPicture> | AsyncIterable<IdentifiedPicture>,
  truth: Truth,
  options: DetectManyOptions = {},
  onProgress: (done: number) => void = () => undefined,
): Promise<DetectorFigures> {
  check(
    'evaluateDetector',
    {
      network: [network, kind.detector],
      pictures: [pictures, kind.iterable],
      truth: [truth, kind.truth],
      onProgress: [onProgress, kind.function],
    },
    options,
    detectManyKinds,
  );
  const results: CocoResult[] = [];
  const seen = new Set<Id>();
  let done = 0;
  const compute = async (group: readonly IdentifiedPicture[]) => {
    for (const { id } of group) {
      if (seen.has(id)) throw new OneirosError('bad-input', `two pictures have the id ${idText(id)}`);
      seen.add(id);
    }
    const images = group.map(({ image }) => image);
    const found = await network.detectAll(images, optionsFor(detectKinds, options));
    return group.map(({ id }, i) => cocoResults(id, found[i]!));
  };
  for await (const found of inBatches(pictures, batchOf(network, options), compute)) {
    results.push(...found);
    onProgress(++done);
  }
  const evaluation = evaluateDetections(truth, cocoDetections(results, truth), cocoProtocol());
  const perClass = categoryNames(truth.categories).map(
    (name, category) => [name, cocoFigures(evaluation, { category })] as const,
  );
  return { ...cocoFigures(evaluation), perClass: Object.fromEntries(perClass) };
}
