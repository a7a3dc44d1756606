import {
  type ClassHead,
  classHead,
  describeHead,
  type Headless,
  type HeadOptions,
} from '../../models/input/class-head.js';
import type { Model, Shape } from '../../onnx/graph/graph.js';
import { foreignGraph, type ForeignOptions, foreignParts } from '../generic-onnx.js';
import type { ClassifierParts, CropSettings } from './classifier.js';
import type { ClassLabel } from './labels.js';

export interface ForeignClassifierOptions extends ForeignOptions, HeadOptions {
  readonly labels?: readonly ClassLabel[] | undefined;
}

/**
 * Any network with one picture as its input, whose layers are the values of its graph. It can classify if one of its outputs
 * is a row of scores or probabilities.
 * @throws OneirosError `unsupported` if its input is no picture; `bad-argument` as `classHead` does
 */
export function foreignClassifier(
  model: Model,
  name: string,
  options: ForeignClassifierOptions,
): ClassifierParts {
  const graph = foreignGraph(model, name, options);
  const { labels = [], placement } = options;
  const head: ClassHead | Headless = classHead(graph, labels.length, options);
  const parts = foreignParts(graph, name, placement);
  return {
    ...parts,
    notes: [...(parts.notes ?? []), ...('reason' in head ? [] : [`${name}: ${describeHead(head)}`])],
    crop: cropFor(graph.shape),
    labels,
    head,
    batches: false,
  };
}

function cropFor([, , height, width]: Shape): CropSettings {
  const crop = {
    width: typeof width === 'number' ? width : 224,
    height: typeof height === 'number' ? height : 224,
  };
  return { resize: Math.round((Math.max(crop.width, crop.height) * 256) / 224), crop };
}
