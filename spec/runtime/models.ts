import { create, toBinary } from '@bufbuild/protobuf';

import { Builder } from '../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../lib/onnx/codec/write.js';
import { ModelProtoSchema, TensorProto_DataType as DataType } from '../../lib/onnx/proto/onnx_pb.js';
import { random } from '../../lib/tensor/random.js';
import { int64 } from '../../lib/tensor/tensor.js';

type Info = readonly [name: string, type: DataType, dims: readonly (number | string)[]];
type Node = readonly [op: string, inputs: string[], outputs: string[], ints?: Record<string, number[]>];
type Weights = Readonly<Record<string, readonly [dims: number[], data: Float32Array]>>;

/** Encodes an ONNX file from bare protobuf messages, so that invalid models are possible too. */
function modelBytes(nodes: Node[], inputs: Info[], outputs: Info[], weights: Weights = {}): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'spec',
      node: nodes.map(([opType, input, output, ints = {}]) => ({
        opType,
        input,
        output,
        attribute: Object.entries(ints).map(([name, values]) => ({
          name,
          type: 7,
          ints: values.map(BigInt),
        })),
      })),
      input: inputs.map(info),
      output: outputs.map(info),
      initializer: Object.entries(weights).map(([name, [dims, data]]) => ({
        name,
        dataType: DataType.FLOAT,
        dims: dims.map(BigInt),
        rawData: new Uint8Array(data.buffer),
      })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function info([name, elemType, dims]: Info) {
  const dim = dims.map((size) =>
    typeof size === 'number'
      ? { value: { case: 'dimValue' as const, value: BigInt(size) } }
      : { value: { case: 'dimParam' as const, value: size } },
  );
  return { name, type: { value: { case: 'tensorType' as const, value: { elemType, shape: { dim } } } } };
}

/** float32: z[n,3] = x[n,3] + y[1,3] and twice[n,3] = x + x. */
export const addModel = (): Uint8Array =>
  modelBytes(
    [
      ['Add', ['x', 'y'], ['z']],
      ['Add', ['x', 'x'], ['twice']],
    ],
    [
      ['x', DataType.FLOAT, ['n', 3]],
      ['y', DataType.FLOAT, [1, 3]],
    ],
    [
      ['z', DataType.FLOAT, ['n', 3]],
      ['twice', DataType.FLOAT, ['n', 3]],
    ],
  );

/** One input and one output of each element type: half · half, not bool; text and int64 unchanged. */
export const typesModel = (): Uint8Array =>
  modelBytes(
    [
      ['Mul', ['half', 'half'], ['squared']],
      ['Not', ['flag'], ['opposite']],
      ['Identity', ['text'], ['same text']],
      ['Identity', ['count'], ['same count']],
    ],
    [
      ['half', DataType.FLOAT16, [2]],
      ['flag', DataType.BOOL, [2]],
      ['text', DataType.STRING, [2]],
      ['count', DataType.INT64, []],
    ],
    [
      ['squared', DataType.FLOAT16, [2]],
      ['opposite', DataType.BOOL, [2]],
      ['same text', DataType.STRING, [2]],
      ['same count', DataType.INT64, []],
    ],
  );

/** float32: y = relu(x), of any dimensions [1, 8, h, w]. */
export const reluModel = (): Uint8Array =>
  modelBytes(
    [['Relu', ['x'], ['y']]],
    [['x', DataType.FLOAT, [1, 8, 'h', 'w']]],
    [['y', DataType.FLOAT, [1, 8, 'h', 'w']]],
  );

/** float32: y[sizes] = x[1] repeated; allocates as much memory as the sizes require. */
export const expandModel = (): Uint8Array =>
  modelBytes(
    [['Expand', ['x', 'sizes'], ['y']]],
    [
      ['x', DataType.FLOAT, [1]],
      ['sizes', DataType.INT64, [2]],
    ],
    [['y', DataType.FLOAT, ['h', 'w']]],
  );

/** float32: z = a · b; whether the inner sizes agree is known only at run time. */
export const productModel = (): Uint8Array =>
  modelBytes(
    [['MatMul', ['a', 'b'], ['z']]],
    [
      ['a', DataType.FLOAT, ['m', 'k']],
      ['b', DataType.FLOAT, ['l', 'n']],
    ],
    [['z', DataType.FLOAT, ['m', 'n']]],
  );

/** Well-formed, but with an operator that does not exist. */
export const unknownOperatorModel = (): Uint8Array =>
  modelBytes([['Nonsense', ['x'], ['y']]], [['x', DataType.FLOAT, [1]]], [['y', DataType.FLOAT, [1]]]);

/** Well-formed messages, but a node uses a value that no node computes. */
export const danglingModel = (): Uint8Array =>
  modelBytes([['Relu', ['nothing'], ['y']]], [['x', DataType.FLOAT, [1]]], [['y', DataType.FLOAT, [1]]]);

/** y = x with sizes that are known only at run time, for any declared shape. */
export const declaredModel = (
  input: readonly (number | string)[],
  output: readonly (number | string)[],
): Uint8Array =>
  modelBytes(
    [['Expand', ['x', 'sizes'], ['y']]],
    [
      ['x', DataType.FLOAT, input],
      ['sizes', DataType.INT64, ['rank']],
    ],
    [['y', DataType.FLOAT, output]],
  );

/** y = x + x + …, longer than any test waits. */
export function endlessModel(): Uint8Array {
  const b = new Builder();
  const x = b.input('x', 'float32', [1]);
  const body = new Builder(b);
  body.input('trip', 'int64', []);
  const goesOn = body.input('goes_on', 'bool', []);
  const sum = body.add(body.input('sum', 'float32', [1]), x);
  body.output(body.op('Identity', [goesOn]), 'still_goes_on');
  body.output(sum, 'next');
  const trips = b.constant(int64([2n ** 62n], []));
  b.output(b.op('Loop', [trips, undefined, x], { body: { type: 'graph', value: body.graph('body') } }), 'y');
  return encodeModel(b.model());
}

/** 3×3 convolutions of 64 channels on x[1,64,h,w], 37 000 multiply-adds per pixel each: twelve take 0.3 s at 256². */
export function heavyModel(layers = 12): Uint8Array {
  const generator = random(1);
  const kernel = Float32Array.from({ length: 64 * 64 * 9 }, () => generator.normal() / 17);
  const nodes = Array.from({ length: layers }, (_, i): Node[] => [
    ['Conv', [i === 0 ? 'x' : `relu${i - 1}`, 'kernel'], [`conv${i}`], { pads: [1, 1, 1, 1] }],
    ['Relu', [`conv${i}`], [i === layers - 1 ? 'y' : `relu${i}`]],
  ]).flat();
  return modelBytes(
    nodes,
    [['x', DataType.FLOAT, [1, 64, 'h', 'w']]],
    [['y', DataType.FLOAT, [1, 64, 'h', 'w']]],
    { kernel: [[64, 64, 3, 3], kernel] },
  );
}
