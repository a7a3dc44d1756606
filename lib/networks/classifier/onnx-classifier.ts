import {
  type ClassHead,
  classHead,
  describeHead,
  type Headless,
  type HeadOptions,
} from '../../models/input/class-head.js';
import type { Model, Shape } from '../../onnx/graph/graph.js';
import { genericGraph, type GenericOptions, genericParts } from '../generic-onnx.js';
import type { ClassifierParts, CropSettings } from './classifier.js';
import type { ClassLabel } from './labels.js';

export interface GenericClassifierOptions extends GenericOptions, HeadOptions {
  readonly labels?: readonly ClassLabel[] | undefined;
}

/**
 * Opens any network whose only input is a picture; its layers are the values of the graph. It can classify if one of
 * its outputs is a row of scores or probabilities.
 * @throws OneirosError `unsupported` if its input is not a picture; `bad-argument` as `classHead` does
 */
export function genericClassifier(
  model: Model,
  name: string,
  options: GenericClassifierOptions,
): ClassifierParts {
  const graph = genericGraph(model, name, options);
  const { labels = [], placement } = options;
  const head: ClassHead | Headless = classHead(graph, labels.length, options);
  const parts = genericParts(graph, name, placement);
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
