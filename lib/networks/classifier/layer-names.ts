import type { Architecture, Stage } from '../../models/classifiers/architecture.js';
import type { Layers } from '../../models/classifiers/layer-builder.js';
import { Builder } from '../../onnx/builder/builder.js';
import { findLayer } from '../network.js';

/** The names of the layers of each stage. They do not depend on weights. */
function layersByStage({ stages }: Architecture): readonly (readonly string[])[] {
  const input = new Builder().input('image', 'float32', [1, 3, 'height', 'width']);
  return stages.map(({ build }) => {
    const names: string[] = [];
    build(recorder(names), input);
    return names;
  });
}

/** The names of all layers of an architecture, including `data`, the preprocessed input. */
export function layerNames(architecture: Architecture): readonly string[] {
  return ['data', ...layersByStage(architecture).flat()];
}

/**
 * The stages up to the deepest of these layers.
 * @throws OneirosError `bad-argument` for an unknown layer; the message lists near names
 */
export function stagesUntil(architecture: Architecture, layers: readonly string[]): readonly Stage[] {
  const names = layerNames(architecture);
  const wanted = new Set(layers.map((layer) => findLayer(names, layer, architecture.name)));
  const deepest = layersByStage(architecture).findLastIndex((stage) =>
    stage.some((name) => wanted.has(name)),
  );
  return architecture.stages.slice(0, Math.max(deepest, 0) + 1);
}

/** Records the names of layers instead of building them. */
function recorder(names: string[]): Layers {
  return {
    conv: (x, name, _, as) => (names.push(as ?? name), x),
    convRelu: (x, name) => (names.push(`${name}_pre_relu`, name), x),
    relu: (x, name) => (names.push(name), x),
    pool: (x, name) => (names.push(name), x),
    maxPool3: (x, name) => (names.push(name), x),
    lrn: (x, name) => (names.push(name), x),
    concat: ([x], name) => (names.push(name), x!),
    average: (x, name) => (names.push(name), x),
    softmax: (x, name) => (names.push(name), x),
  };
}
