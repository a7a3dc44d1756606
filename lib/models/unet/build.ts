import { check, type OptionKinds } from '../../base/check-arguments.js';
import { kind, oneOf } from '../../base/kinds.js';
import { withDefaults } from '../../base/option-table.js';
import { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import type { Model, Shape } from '../../onnx/graph/graph.js';
import { UNetGraph, type UNetGraphOptions } from './graph.js';
import type { UNetParameters } from './parameters.js';
import { unetTraitKinds, unetTraits } from './settings.js';

export interface BuildUNetOptions extends Partial<UNetGraphOptions> {
  /**
   * The shape of the input `image`, batch × channels × height × width. Fixed sizes give a simpler graph.
   * @default any number of pictures of any size, with the number of channels that the network takes
   */
  readonly shape?: Shape;
  /** Adds nodes from the image to the input that the network was trained on. @default the image unchanged */
  readonly prepare?: (b: Builder, image: Value) => Value;
}

const buildKinds: OptionKinds<BuildUNetOptions> = {
  ...unetTraitKinds,
  batchNorm: oneOf('fold', 'keep'),
  shape: kind.array,
  prepare: kind.function,
};

const buildUNetDefaults: UNetGraphOptions = { ...unetTraits, batchNorm: 'fold' };

export interface BuiltUNet {
  /** Input `image`; output `logits`, or `probabilities` if there is an activation, of the same height and width. */
  readonly model: Model;
  readonly layers: readonly string[];
}

/** Builds a U-Net as a graph. The parameters determine its widths and depth, the options everything else. */
export function buildUNet(parameters: UNetParameters, options: BuildUNetOptions = {}): BuiltUNet {
  check('buildUNet', { parameters: [parameters, kind.unetParameters] }, options, buildKinds);
  const b = new Builder();
  const settings = withDefaults(buildUNetDefaults, options);
  const channels = parameters.encoder[0]![0].weight.dims[1]!;
  const image = b.input('image', 'float32', options.shape ?? ['batch', channels, 'height', 'width']);
  const net = new UNetGraph(b, parameters, settings);
  b.output(net.build(options.prepare?.(b, image) ?? image));
  return { model: b.model(), layers: net.layers };
}
