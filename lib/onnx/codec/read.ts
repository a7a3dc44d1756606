import { check } from '../../base/check-arguments.js';
import { OneirosError } from '../../base/errors.js';
import { kind } from '../../base/kinds.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { Attribute, Graph, Model, Node, OpaqueTensor, ValueInfo } from '../graph/graph.js';
import { type IsDefined, sortGraph } from '../graph/sort.js';
import { remainder, revise } from '../proto/message.js';
import {
  type AttributeProto,
  type FunctionProto,
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type OperatorSetIdProto,
  type SparseTensorProto,
  type TensorProto,
  TensorProto_DataLocation,
  type ValueInfoProto,
} from '../proto/onnx_pb.js';
import { parseModel } from '../proto/parse.js';
import { attributeRemainder, decodeAttribute } from './attribute.js';
import { type ExternalReader, type ExternalReference, referenceOf } from './external-reference.js';
import { SparseDecoder } from './sparse.js';
import { decodeTensor, tensorRemainder } from './tensor.js';
import { decodeValueInfo } from './type.js';

export interface DecodeModelOptions {
  /** Returns the bytes of constants that are stored outside the model; without it, such a model is rejected. */
  readonly externalData?: ExternalReader;
}

/**
 * Reads an ONNX file. Constants are views of `bytes` where alignment allows: do not change `bytes` afterwards.
 *
 * Nodes that are out of order are sorted. A constant that is also listed as an input (in old files, or as a default
 * that callers may override) becomes a constant and not one of the graph's `inputs`; writing lists it again.
 * A sparse constant is written out, with its zeros.
 * @throws OneirosError `bad-input` if it is malformed; `not-found` if constants are stored outside and `externalData`
 *   is not given; `too-large` if decoding would take far too much memory
 */
export function decodeModel(bytes: Uint8Array, options: DecodeModelOptions = {}): Model {
  check('decodeModel', { bytes: [bytes, kind.bytes] }, options, { externalData: kind.function });
  const proto = parseModel(bytes);
  if (proto.graph === undefined)
    throw new OneirosError('bad-input', 'not a valid ONNX file: it has no graph');
  const { externalData } = options;
  const graph = new GraphDecoder(externalData, new SparseDecoder(externalData)).decode(proto.graph);
  const origin = remainder(ModelProtoSchema, proto, [
    'graph',
    'irVersion',
    'opsetImport',
    'producerName',
    'metadataProps',
  ]);
  return {
    graph,
    opsets: decodeOpsets(proto),
    irVersion: decodeIrVersion(proto),
    producer: proto.producerName,
    metadata: new Map(proto.metadataProps.map(({ key, value }) => [key, value])),
    ...(origin && { origin }),
  };
}

/**
 * The external data that a model refers to, for callers that fetch it before decoding.
 * @throws OneirosError as `decodeModel`
 */
export function externalReferences(bytes: Uint8Array): readonly ExternalReference[] {
  const { graph } = parseModel(bytes);
  return graph === undefined ? [] : tensorsIn(graph).filter(isExternal).map(referenceOf);
}

function isExternal(proto: TensorProto): boolean {
  return proto.dataLocation === TensorProto_DataLocation.EXTERNAL;
}

function tensorsIn(graph: GraphProto): readonly TensorProto[] {
  const partsOf = ({ values, indices }: SparseTensorProto) =>
    [values, indices].filter((part) => part !== undefined);
  const inAttribute = ({ t, g, tensors, graphs, sparseTensor }: AttributeProto): readonly TensorProto[] => [
    ...(t ? [t] : []),
    ...(sparseTensor ? partsOf(sparseTensor) : []),
    ...tensors,
    ...[...(g ? [g] : []), ...graphs].flatMap(tensorsIn),
  ];
  return [
    ...graph.initializer,
    ...graph.sparseInitializer.flatMap(partsOf),
    ...graph.node.flatMap((node) => node.attribute.flatMap(inAttribute)),
  ];
}

/** `ai.onnx` is another name for ONNX's domain, `''`. */
export function domainOf(name: string): string {
  return name === 'ai.onnx' ? '' : name;
}

function decodeIrVersion({ irVersion }: ModelProto): number {
  const version = Number(irVersion);
  if (!Number.isSafeInteger(version) || version < 0)
    throw new OneirosError('bad-input', `not a valid ONNX file: its IR version is ${String(irVersion)}`);
  return version;
}

function decodeOpsets({ opsetImport, irVersion }: ModelProto): ReadonlyMap<string, number> {
  // The first files cannot declare an operator set: there was only one.
  if (opsetImport.length === 0 && irVersion < 3n) return new Map([['', 1]]);
  return opsetsOf(opsetImport);
}

/** Versions by domain. */
export function opsetsOf(imports: readonly OperatorSetIdProto[]): ReadonlyMap<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of imports) {
    const name = domainOf(domain);
    const number = Number(version);
    if (!Number.isSafeInteger(number) || number < 1)
      throw new OneirosError('bad-input', `the operator set "${domain}" has the version ${String(version)}`);
    if ((opsets.get(name) ?? number) !== number)
      throw new OneirosError('bad-input', `the operator set "${domain}" is imported in two versions`);
    opsets.set(name, number);
  }
  return opsets;
}

/** A function that the model defines, as a graph whose inputs and outputs have no types. */
export function decodeFunction(proto: FunctionProto): Graph {
  return new GraphDecoder().function(proto);
}

/** Turns graph messages into graphs, including nested ones. */
class GraphDecoder {
  readonly #external: ExternalReader | undefined;
  readonly #sparse: SparseDecoder | undefined;

  /** @param sparse without it, sparse constants stay as they are */
  constructor(external?: ExternalReader, sparse?: SparseDecoder) {
    this.#external = external;
    this.#sparse = sparse;
  }

  /** @param isOuter whether a name is defined by the graphs around it */
  decode(proto: GraphProto, isOuter: IsDefined = () => false): Graph {
    const initializers = this.#initializers(proto);
    const overridable = proto.input.filter(({ name }) => initializers.has(name));
    const own = new Set([...proto.input.map(({ name }) => name), ...initializers.keys()]);
    for (const node of proto.node) for (const name of node.output) own.add(name);
    const isVisible = (name: string) => own.has(name) || isOuter(name);
    const origin = graphRemainder(proto, overridable);
    const graph: Graph = {
      name: proto.name,
      nodes: proto.node.map((node) => this.#node(node, isVisible)),
      inputs: proto.input.filter(({ name }) => !initializers.has(name)).map(decodeValueInfo),
      outputs: proto.output.map(decodeValueInfo),
      initializers,
      values: new Map(proto.valueInfo.map((info) => [info.name, decodeValueInfo(info)])),
      ...(origin && { origin }),
    };
    return sortGraph(graph, isOuter);
  }

  function(proto: FunctionProto): Graph {
    const own = new Set([...proto.input, ...proto.node.flatMap(({ output }) => output)]);
    const infos = (names: readonly string[]) => names.map((name): ValueInfo => ({ name, type: null }));
    return sortGraph({
      name: proto.name,
      nodes: proto.node.map((node) => this.#node(node, (name) => own.has(name))),
      inputs: infos(proto.input),
      outputs: infos(proto.output),
      initializers: new Map(),
      values: new Map(),
    });
  }

  /** @param isVisible whether a name is defined by the node's graph or the graphs around it */
  #node(proto: NodeProto, isVisible: IsDefined): Node {
    const { name, opType: op, input, output } = proto;
    if (op === '')
      throw new OneirosError('bad-input', `the node "${name || (output[0] ?? '?')}" has no operator`);
    const origin = nodeRemainder(proto);
    return {
      name,
      op,
      domain: domainOf(proto.domain),
      inputs: input,
      outputs: output,
      attributes: this.#attributes(proto, isVisible),
      ...(origin && { origin }),
    };
  }

  #initializers(proto: GraphProto): ReadonlyMap<string, Tensor | OpaqueTensor> {
    const initializers = new Map<string, Tensor | OpaqueTensor>();
    const define = (name: string, constant: () => Tensor | OpaqueTensor) => {
      if (name === '')
        throw new OneirosError('bad-input', `the graph "${proto.name}" has a constant without a name`);
      if (initializers.has(name))
        throw new OneirosError('bad-input', `the constant "${name}" is defined twice`);
      initializers.set(name, constant());
    };
    for (const constant of proto.initializer)
      define(constant.name, () => decodeTensor(constant, this.#external));
    for (const sparse of proto.sparseInitializer)
      define(sparse.values?.name ?? '', () => this.#dense(sparse));
    return initializers;
  }

  #dense(proto: SparseTensorProto): Tensor {
    if (this.#sparse === undefined)
      throw new OneirosError('unsupported', 'a graph inside a function has a sparse constant');
    return this.#sparse.decode(proto);
  }

  #attributes(proto: NodeProto, isVisible: IsDefined): ReadonlyMap<string, Attribute> {
    const attributes = new Map<string, Attribute>();
    const decoding = {
      external: this.#external,
      graph: (body: GraphProto) => this.decode(body, isVisible),
    };
    for (const attribute of proto.attribute) {
      const { name } = attribute;
      if (name === '' || attributes.has(name))
        throw new OneirosError(
          'bad-input',
          `${proto.opType} node "${proto.name}" has an attribute ${name ? `"${name}" twice` : 'without a name'}`,
        );
      const dense =
        name === 'sparse_value' && attribute.sparseTensor && this.#sparse?.decode(attribute.sparseTensor);
      if (dense) attributes.set('value', { type: 'tensor', value: dense });
      else attributes.set(name, decodeAttribute(attribute, decoding));
    }
    return attributes;
  }
}

/** What the IR does not model in a graph, including constants that are listed as inputs, and notes on constants. */
function graphRemainder(proto: GraphProto, overridable: ValueInfoProto[]): GraphProto | undefined {
  const initializer = proto.initializer.map(tensorRemainder).filter((rest) => rest !== undefined);
  const rest = remainder(GraphProtoSchema, proto, [
    'name',
    'node',
    'input',
    'output',
    'initializer',
    'sparseInitializer',
    'valueInfo',
  ]);
  if (rest === undefined && overridable.length === 0 && initializer.length === 0) return undefined;
  return revise(GraphProtoSchema, rest, { input: overridable, initializer });
}

function nodeRemainder(proto: NodeProto): NodeProto | undefined {
  const attribute = proto.attribute.map(attributeRemainder).filter((rest) => rest !== undefined);
  const rest = remainder(NodeProtoSchema, proto, [
    'name',
    'opType',
    'domain',
    'input',
    'output',
    'attribute',
  ]);
  return rest === undefined && attribute.length === 0
    ? undefined
    : revise(NodeProtoSchema, rest, { attribute });
}
