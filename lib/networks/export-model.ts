import { check } from '../base/arguments.js';
import { kind } from '../base/kinds.js';
import { formatNames, formatValues } from '../labels/class-text.js';
import { formatPreprocessing, preprocessings } from '../models/input/preprocessing.js';
import type { Model } from '../onnx/graph.js';
import { Detector } from './detector/detector.js';
import type { ImageNetwork } from './image-network.js';
import { Segmenter } from './segmenter/segmenter.js';

/**
 * The graph of a network with all that is known of it besides: an ONNX file of it can be opened by `openNetwork`,
 * `openDetector` or `openSegmenter` and is the same network again.
 */
export function exportModel(network: ImageNetwork): Model {
  check('exportModel', { network: [network, kind.network] });
  return {
    ...network.model,
    metadata: new Map([
      ...network.model.metadata,
      ['input', formatPreprocessing(preprocessings.none)],
      ...classesOf(network),
      ...(network instanceof Segmenter && network.standardizes ? [['standardize', 'picture'] as const] : []),
    ]),
  };
}

function classesOf(network: ImageNetwork): readonly (readonly [string, string])[] {
  const classes =
    network instanceof Detector ? network.labels : network instanceof Segmenter ? network.classes : [];
  if (classes.length === 0) return [];
  const values =
    network instanceof Segmenter ? [['class_values', formatValues(network.values)] as const] : [];
  return [['classes', formatNames(classes)], ...values];
}
