import { check, type OptionKinds } from '../base/check-arguments.js';
import { OneirosError } from '../base/errors.js';
import { kind } from '../base/kinds.js';
import { count } from '../base/option-table.js';
import { decodeFunction } from './codec/read.js';
import type { Facts } from './facts/facts.js';
import { floatText, listText, nameText, quoted, tensorText, typeText } from './format-value.js';
import type { Attribute, Graph, Model, Node, ValueInfo } from './graph/graph.js';
import type { FunctionProto } from './proto/onnx_pb.js';
import { inferModel } from './shapes/infer.js';

export interface FormatOptions {
  /** Whether intermediate values get the types that shape inference finds. @default true */
  readonly infer?: boolean;
  /** The maximum number of lines; the last one states how many were left out. @default 2000 */
  readonly maxLines?: number;
}

const formatKinds: OptionKinds<FormatOptions> = {
  infer: kind.flag,
  maxLines: count(2000, 'the maximum number of lines'),
};

/**
 * Prints a model as text for people: one line for each input, output, constant and node. The same model always gives
 * the same text.
 *
 *     model: IR version 8, opset 17, by "oneiros"
 *     graph oneiros
 *       input x: float32[n, 3]
 *       output loss: float32[1, 1]
 *       tanh_0: float32[n, 3] = Tanh(x)
 *       loss: float32[1, 1] = ReduceSum(tanh_0) keepdims=1
 *
 * Names with spaces or brackets are quoted; long names, lists and texts are shortened; constants show their elements if
 * there are at most eight. A node's name follows `#` if it differs from the name of its first output. If shape
 * inference fails, the text gives the reason and shows the declared types.
 */
export function formatModel(model: Model, options: FormatOptions = {}): string {
  check('formatModel', { model: [model, kind.model] }, options, formatKinds);
  const { infer = true, maxLines = 2000 } = options;
  const { types, failure } = infer ? inferredTypes(model) : { types: new Map(), failure: null };
  const lines: string[] = [];
  let total = 0;
  for (const line of modelLines(model, types, failure)) if (total++ < maxLines) lines.push(line);
  if (total > maxLines) {
    lines.pop();
    lines.push(`… ${total - lines.length} more lines`);
  }
  return lines.join('\n');
}

type Types = ReadonlyMap<string, Pick<Facts, 'type'>>;

function inferredTypes(model: Model): { readonly types: Types; readonly failure: string | null } {
  try {
    return { types: inferModel(model), failure: null };
  } catch (error) {
    return { types: new Map(), failure: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof OneirosError) return error.message;
  throw error;
}

function* modelLines(model: Model, types: Types, failure: string | null): Generator<string> {
  const { graph, irVersion, opsets, producer, metadata, origin } = model;
  const versions = Array.from(opsets, ([domain, version]) =>
    domain === '' ? `opset ${version}` : `${nameText(domain)} ${version}`,
  );
  yield `model: ${[`IR version ${irVersion}`, ...versions, ...(producer === '' ? [] : [`by ${quoted(producer)}`])].join(', ')}`;
  for (const [key, text] of metadata) yield `metadata ${nameText(key)}: ${quoted(text)}`;
  if (failure !== null) yield `# declared types only, since shape inference failed: ${quoted(failure)}`;
  yield `graph ${nameText(graph.name)}`;
  yield* indented(graphLines(graph, types));
  for (const each of origin?.functions ?? []) yield* functionLines(each);
}

function* functionLines(proto: FunctionProto): Generator<string> {
  yield `function ${operatorText(proto.domain, proto.name)}`;
  try {
    yield* indented(graphLines(decodeFunction(proto), new Map()));
  } catch (error) {
    yield `  # cannot be read: ${quoted(reasonOf(error))}`;
  }
}

function* graphLines(graph: Graph, types: Types): Generator<string> {
  const declared = new Map(
    [...graph.values.values(), ...graph.outputs].map(({ name, type }) => [name, type]),
  );
  const typeOf = (name: string) => types.get(name)?.type ?? declared.get(name) ?? null;
  for (const { name, type } of graph.inputs) yield `input ${valueText(name, type)}`;
  for (const { name } of graph.outputs) yield `output ${valueText(name, typeOf(name))}`;
  for (const [name, constant] of graph.initializers)
    yield `constant ${nameText(name)}: ${tensorText(constant)}`;
  for (const node of graph.nodes) {
    yield nodeText(node, typeOf);
    for (const [name, attribute] of node.attributes)
      if (attribute.type === 'graph') {
        yield `  ${nameText(name)}: graph ${nameText(attribute.value.name)}`;
        yield* indented(indented(graphLines(attribute.value, types)));
      }
  }
}

function valueText(name: string, type: ValueInfo['type']): string {
  return type === null ? nameText(name) : `${nameText(name)}: ${typeText(type)}`;
}

/** `y: float32[n] = Conv(x, w) strides=[2, 2] # name`; an absent input or output leaves its place empty. */
function nodeText(node: Node, typeOf: (name: string) => ValueInfo['type']): string {
  const { name, op, domain, inputs, outputs, attributes } = node;
  const results = listText(outputs, (each) => (each === '' ? '' : valueText(each, typeOf(each))));
  const call = `${operatorText(domain, op)}(${listText(inputs, (each) => (each === '' ? '' : nameText(each)))})`;
  const settings = [...attributes].flatMap(([key, attribute]) =>
    attribute.type === 'graph' ? [] : [`${nameText(key)}=${attributeText(attribute)}`],
  );
  const ownName = name === '' || name === outputs[0] ? [] : [`# ${nameText(name)}`];
  return [...(results === '' ? [] : [`${results} =`]), call, ...settings, ...ownName].join(' ');
}

function operatorText(domain: string, op: string): string {
  return nameText(domain === '' ? op : `${domain}.${op}`);
}

function attributeText(attribute: Exclude<Attribute, { type: 'graph' }>): string {
  switch (attribute.type) {
    case 'int':
      return String(attribute.value);
    case 'float':
      return floatText(attribute.value);
    case 'string':
      return quoted(attribute.value);
    case 'tensor':
      return `(${tensorText(attribute.value)})`;
    case 'ints':
      return `[${listText(attribute.value, String)}]`;
    case 'floats':
      return `[${listText(attribute.value, floatText)}]`;
    case 'strings':
      return `[${listText(attribute.value, quoted)}]`;
    case 'opaque':
      return attribute.value.refAttrName === ''
        ? '(not modeled)'
        : `@${nameText(attribute.value.refAttrName)}`;
  }
}

function* indented(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `  ${line}`;
}
