// `oneiros/onnx`: ONNX graphs as values, their derivatives, the parts of gradient rules, and reports about graphs.

// Graphs
export type { AttributeLike } from '../onnx/graph/attributes.js';
export type { Budget, Resource } from '../onnx/graph/budget.js';
export type { GraphBuilder, NamedAttributes, Naming, Value } from '../onnx/builder/graph-builder.js';
export type {
  Attribute,
  AttributeOf,
  Attributes,
  AttributeType,
  AttributeValues,
  Dim,
  Graph,
  Model,
  Node,
  OpaqueTensor,
  Shape,
  TensorType,
  ValueInfo,
} from '../onnx/graph/graph.js';
export { dtypeOf, shapeOf, type Sizes } from '../onnx/builder/builder.js';
export { Builder, type Operand } from '../onnx/builder/builder.js';
export type { ExternalReader, ExternalReference } from '../onnx/codec/external-reference.js';
export { decodeModel, type DecodeModelOptions } from '../onnx/codec/read.js';
export { formatModel, type FormatOptions } from '../onnx/format-model.js';
export { encodeModel } from '../onnx/codec/write.js';
export { readModel, writeModel, type WriteModelOptions } from '../onnx/codec/model-files.js';

// Passes
export { extractSubgraph } from '../onnx/passes/extract.js';
export type { Facts } from '../onnx/facts/facts.js';
export { inferModel } from '../onnx/shapes/infer.js';
export { normalizeOpset } from '../onnx/opset/normalize-opset.js';
export { simplifyModel } from '../onnx/passes/simplify.js';

// Derivatives
export { grad } from '../autodiff/grad.js';
export { type GradOptions } from '../autodiff/options.js';
export type { DerivationOptions } from '../autodiff/options.js';
export { hvp, type HvpOptions } from '../autodiff/hvp.js';
export { jvp, type JvpOptions } from '../autodiff/jvp.js';
export { checkGradient } from '../gradients/check-gradient.js';
export type { CheckGradientOptions } from '../gradients/check-options.js';
export type { GradientCheck } from '../gradients/compare.js';
export {
  valueAndGrad,
  type Differentiated,
  type ValueAndGrad,
  type ValueAndGradOptions,
} from '../gradients/value-and-grad.js';

// Rules
export { attr } from '../onnx/graph/attributes.js';
export { averageMaxPool, guidedRelu, redirectedRelu } from '../autodiff/ready-overrides.js';
export type { RuleOverrides } from '../autodiff/rule-choice.js';
export {
  broadcasting,
  rule,
  type Cotangents,
  type Region,
  type Rule,
  type RuleContext,
  type RuleInputs,
  type RuleTable,
} from '../autodiff/rules/rule.js';

// Reports
export {
  anatomyOf,
  type Anatomy,
  type AnatomyLevel,
  type AnatomySkip,
  type AnatomyStage,
  type AnatomyStep,
  type AnatomyTransformation,
} from '../models/diagram/diagram.js';
export { anatomySvg } from '../models/diagram/svg.js';
export { anatomyText } from '../models/diagram/anatomy-text.js';
export {
  inspectModel,
  type Inspection,
  type LayerReport,
  type OutputReport,
  type PortReport,
} from '../models/inspect.js';
