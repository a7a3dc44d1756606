// `oneiros/onnx`: ONNX graphs as values, their derivatives, what a gradient rule is written in, and reports of graphs.

// Graphs
export type { AttributeLike } from '../onnx/attributes.js';
export type { Budget, Resource } from '../onnx/budget.js';
export type { GraphBuilder, NamedAttributes, Naming, Value } from '../onnx/builder.js';
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
} from '../onnx/graph.js';
export { Builder, dtypeOf, shapeOf, type Operand, type Sizes } from '../onnx/ops.js';
export type { ExternalReader, ExternalReference } from '../onnx/codec/external.js';
export { decodeModel, type DecodeModelOptions } from '../onnx/read.js';
export { encodeModel } from '../onnx/write.js';
export { readModel, writeModel, type WriteModelOptions } from '../onnx/files.js';

// Passes
export { extractSubgraph } from '../onnx/extract.js';
export type { Facts } from '../onnx/shapes/facts.js';
export { inferModel } from '../onnx/shapes/infer.js';
export { normalizeOpset } from '../onnx/opset/normalize.js';
export { simplifyModel } from '../onnx/passes/simplify.js';

// Derivatives
export { grad, type GradOptions } from '../autodiff/grad.js';
export type { DerivationOptions } from '../autodiff/derivation.js';
export { hvp, type HvpOptions } from '../autodiff/hvp.js';
export { jvp, type JvpOptions } from '../autodiff/jvp.js';
export { checkGradient, type CheckGradientOptions, type GradientCheck } from '../gradients/check-gradient.js';
export {
  valueAndGrad,
  type Differentiated,
  type ValueAndGrad,
  type ValueAndGradOptions,
} from '../gradients/value-and-grad.js';

// Rules
export { attr } from '../onnx/attributes.js';
export { averageMaxPool, guidedRelu, redirectedRelu } from '../autodiff/overrides.js';
export type { RuleOverrides } from '../autodiff/rule-choice.js';
export {
  broadcasting,
  rule,
  type Cotangents,
  type Rule,
  type RuleContext,
  type RuleInputs,
  type RuleTable,
} from '../autodiff/rule.js';

// What is inside of one
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
export { anatomyText } from '../models/diagram/text.js';
export {
  inspectModel,
  type Inspection,
  type LayerReport,
  type OutputReport,
  type PortReport,
} from '../models/inspect.js';
