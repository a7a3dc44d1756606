import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect } from 'chai';

import { OneirosError } from '../../../lib/base/errors.js';
import { decodeModel } from '../../../lib/onnx/codec/read.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { attributes } from '../../../lib/onnx/graph/attributes.js';
import {
  AttributeProto_AttributeType as Type,
  ModelProtoSchema,
  TensorProto_DataLocation,
  TensorProto_DataType as Code,
} from '../../../lib/onnx/proto/onnx_pb.js';
import { random } from '../../../lib/tensor/random.js';
import type { Tensor } from '../../../lib/tensor/tensor.js';
import { body, model, node, relu, value } from '../messages.js';

const constantOf = (bytes: Uint8Array, name = 'c') => decodeModel(bytes).graph.initializers.get(name);

function expectError(bytes: Uint8Array, part: string, code = 'bad-input'): void {
  expect(() => decodeModel(bytes))
    .to.throw(OneirosError, part)
    .with.property('code', code);
}

describe('decodeModel', () => {
  it('reads a graph', () => {
    const { graph, opsets, irVersion, producer, metadata } = decodeModel(
      model(relu, { producerName: 'spec', metadataProps: [{ key: 'a', value: 'b' }] }),
    );
    expect(graph.inputs.map(({ name, type }) => ({ name, type }))).to.deep.equal([
      { name: 'x', type: { dtype: 'float32', shape: [1, 2] } },
    ]);
    expect(graph.nodes.map(({ op, inputs, outputs }) => [op, inputs, outputs])).to.deep.equal([
      ['Relu', ['x'], ['y']],
    ]);
    expect([...opsets]).to.deep.equal([['', 17]]);
    expect([irVersion, producer, metadata.get('a')]).to.deep.equal([8, 'spec', 'b']);
  });

  it('names the domain ai.onnx by the empty string', () => {
    const ai = node('Relu', ['x'], ['y']);
    ai.domain = 'ai.onnx';
    const read = decodeModel(
      model({ ...relu, node: [ai] }, { opsetImport: [{ domain: 'ai.onnx', version: 9n }] }),
    );
    expect(read.opsets.get('')).to.equal(9);
    expect(read.graph.nodes[0]?.domain).to.equal('');
  });

  it('gives each axis without a name a unique symbol, which writing removes', () => {
    const bytes = model({ ...relu, input: [value('x', 'batch', undefined, -1, '?')] });
    const read = decodeModel(bytes);
    expect(read.graph.inputs[0]?.type?.shape).to.deep.equal(['batch', 'x.1', 'x.2', 'x.3']);
    const written = fromBinary(ModelProtoSchema, encodeModel(read)).graph?.input[0];
    expect(written).to.deep.equal(fromBinary(ModelProtoSchema, bytes).graph?.input[0]);
  });

  it('reads a constant that is listed as an input as a constant, and writing lists it again', () => {
    const bytes = model({
      ...relu,
      input: [...relu.input, value('c', 1)],
      initializer: [{ name: 'c', dims: [1n], dataType: Code.FLOAT, floatData: [3] }],
    });
    const read = decodeModel(bytes);
    expect(read.graph.inputs.map(({ name }) => name)).to.deep.equal(['x']);
    const written = fromBinary(ModelProtoSchema, encodeModel(read)).graph;
    expect(written?.input.map(({ name }) => name)).to.deep.equal(['x', 'c']);
    expect(written?.initializer.map(({ name }) => name)).to.deep.equal(['c']);
  });

  describe('sparse constants', () => {
    const sparse = (dims: bigint[], indices: object, values = [2, -1]) => ({
      dims,
      values: { name: 'c', dims: [BigInt(values.length)], dataType: Code.FLOAT, floatData: values },
      indices: { dataType: Code.INT64, ...indices },
    });
    const positions = { dims: [2n], int64Data: [1n, 5n] };
    const read = (...sparseInitializer: object[]) => model({ ...relu, sparseInitializer });

    it('are written out, from positions or from coordinates', () => {
      const coordinates = { dims: [2n, 2n], int64Data: [0n, 1n, 1n, 2n] };
      for (const indices of [positions, coordinates]) {
        const bytes = read(sparse([2n, 3n], indices));
        const constant = constantOf(bytes);
        expect(constant).to.deep.equal({
          dtype: 'float32',
          dims: [2, 3],
          data: Float32Array.of(0, 2, 0, 0, 0, -1),
        });
        const written = encodeModel(decodeModel(bytes));
        expect(constantOf(written)).to.deep.equal(constant);
        expect(fromBinary(ModelProtoSchema, written).graph?.sparseInitializer).to.deep.equal([]);
      }
    });

    it('are written out in Constant nodes', () => {
      const constant = node(
        'Constant',
        [],
        ['y'],
        [{ name: 'sparse_value', type: Type.SPARSE_TENSOR, sparseTensor: sparse([6n], positions) }],
      );
      const [read] = decodeModel(model({ ...relu, node: [constant] })).graph.nodes;
      expect(read?.attributes.get('value')).to.deep.include({ type: 'tensor' });
      expect(read?.attributes.has('sparse_value')).to.equal(false);
    });

    it('are checked before memory is spent', () => {
      expectError(read(sparse([2n, 3n], { dims: [2n], int64Data: [1n, 6n] })), 'index 6');
      expectError(read(sparse([2n, 3n], { dims: [2n], int64Data: [-1n, 5n] })), 'index -1');
      expectError(read(sparse([2n, 3n], { dims: [3n], int64Data: [1n, 2n, 5n] })), '2 values');
      expectError(read(sparse([-2n, 3n], positions)), 'impossible dimensions');
      expectError(read({ dims: [6n], values: sparse([], {}).values }), 'no indices');
      expectError(read(sparse([2n ** 40n], positions)), 'too large with its zeros', 'too-large');
      const half = (name: string) => {
        const constant = sparse([2n ** 25n + 1n], positions);
        return { ...constant, values: { ...constant.values, name } };
      };
      expectError(read(half('a'), half('b')), 'too large with its zeros', 'too-large');
    });
  });

  it('lists all constants as inputs for an IR version that requires it', () => {
    const { graph, ...rest } = decodeModel(model(relu, { irVersion: 3n }));
    const c: Tensor = { dtype: 'float32', dims: [2], data: Float32Array.of(1, 2) };
    const written = encodeModel({ ...rest, graph: { ...graph, initializers: new Map([['c', c]]) } });
    expect(fromBinary(ModelProtoSchema, written).graph?.input[1]).to.deep.equal(value('c', 2));
  });

  it('sorts nodes, also by what subgraphs capture', () => {
    const branch = (from: string) => ({
      node: [node('Identity', [from], [`${from}_out`])],
      output: [value(`${from}_out`)],
    });
    const read = decodeModel(
      model({
        input: [value('x', 1), value('yes')],
        output: [value('z')],
        node: [
          node('If', ['yes'], ['z'], [body('then_branch', branch('a')), body('else_branch', branch('b'))]),
          node('Exp', ['a'], ['b']),
          node('Abs', ['x'], ['a']),
        ],
      }),
    );
    expect(read.graph.nodes.map(({ op }) => op)).to.deep.equal(['Abs', 'Exp', 'If']);
  });

  describe('constants', () => {
    it('are views of the file if aligned, and copies if not', () => {
      const raw = (padding: string) =>
        model({
          ...relu,
          initializer: [
            {
              rawData: new Uint8Array(Float32Array.of(1, 2).buffer),
              dims: [2n],
              dataType: 1,
              name: `c${padding}`,
            },
          ],
        });
      const shared = ['', 'a', 'ab', 'abc'].map((padding) => {
        const bytes = raw(padding);
        const c = constantOf(bytes, `c${padding}`);
        if (c?.dtype !== 'float32') return expect.fail();
        expect([...c.data]).to.deep.equal([1, 2]);
        return c.data.buffer === bytes.buffer;
      });
      expect(shared.filter(Boolean)).to.have.length(1);
    });

    const typed: [string, object, Tensor['dtype'], unknown[]][] = [
      ['FLOAT', { floatData: [0.5, -1] }, 'float32', [0.5, -1]],
      ['DOUBLE', { doubleData: [0.1, 2] }, 'float64', [0.1, 2]],
      ['FLOAT16', { int32Data: [0x3c00, 0xc000] }, 'float16', [0x3c00, 0xc000]],
      ['BFLOAT16', { int32Data: [0x3f80, 0] }, 'bfloat16', [0x3f80, 0]],
      ['INT8', { int32Data: [-1, 127] }, 'int8', [-1, 127]],
      ['UINT8', { int32Data: [0, 255] }, 'uint8', [0, 255]],
      ['INT16', { int32Data: [-300, 300] }, 'int16', [-300, 300]],
      ['UINT16', { int32Data: [0, 65535] }, 'uint16', [0, 65535]],
      ['INT32', { int32Data: [-70000, 7] }, 'int32', [-70000, 7]],
      ['UINT32', { uint64Data: [4294967295n, 7n] }, 'uint32', [4294967295, 7]],
      ['INT64', { int64Data: [-(2n ** 63n), 1n] }, 'int64', [-(2n ** 63n), 1n]],
      ['UINT64', { uint64Data: [2n ** 64n - 1n, 1n] }, 'uint64', [2n ** 64n - 1n, 1n]],
      ['BOOL', { int32Data: [1, 0] }, 'bool', [1, 0]],
      ['STRING', { stringData: [new TextEncoder().encode('é'), new Uint8Array()] }, 'string', ['é', '']],
    ];
    for (const [code, data, dtype, expected] of typed)
      it(`of type ${dtype}, listed element by element, stay as they are`, () => {
        const dataType = Object.entries(Code).find(([name]) => name === code)?.[1];
        const bytes = model({
          ...relu,
          initializer: [{ name: 'c', dims: [2n], dataType: Number(dataType), ...data }],
        });
        for (const c of [constantOf(bytes), constantOf(encodeModel(decodeModel(bytes)))]) {
          if (c === undefined || c.dtype === 'opaque') return expect.fail();
          expect(c.dtype).to.equal(dtype);
          expect(Array.from<unknown>(c.data)).to.deep.equal(expected);
        }
      });

    it('of types without an array, and text that is not UTF-8, are kept', () => {
      const initializer = [
        { name: 'c', dims: [3n], dataType: Code.INT4, rawData: Uint8Array.of(0x21, 0x03) },
        { name: 'd', dims: [1n], dataType: Code.STRING, stringData: [Uint8Array.of(0xff)] },
      ];
      const read = decodeModel(model({ ...relu, initializer }));
      expect(read.graph.initializers.get('c')).to.include({ dtype: 'opaque' });
      expect(read.graph.initializers.get('d')).to.include({ dtype: 'opaque' });
      const written = fromBinary(ModelProtoSchema, encodeModel(read)).graph?.initializer;
      expect(written?.[0]?.rawData).to.deep.equal(Uint8Array.of(0x21, 0x03));
      expect(written?.[1]?.stringData).to.deep.equal([Uint8Array.of(0xff)]);
    });

    it('stored outside are read through externalData, and missing without it', () => {
      const bytes = model({
        ...relu,
        initializer: [
          {
            name: 'c',
            dims: [2n],
            dataType: 1,
            dataLocation: TensorProto_DataLocation.EXTERNAL,
            externalData: [
              { key: 'location', value: 'w.bin' },
              { key: 'offset', value: '8' },
            ],
          },
        ],
      });
      expectError(bytes, '"w.bin"', 'not-found');
      const read = decodeModel(bytes, {
        externalData: (reference) => {
          expect(reference).to.deep.equal({ location: 'w.bin', offset: 8, length: undefined });
          return new Uint8Array(Float32Array.of(5, 6).buffer);
        },
      });
      expect(read.graph.initializers.get('c')).to.have.property('data').deep.equal(Float32Array.of(5, 6));
    });
  });

  it('keeps what the IR does not model', () => {
    const proto = create(ModelProtoSchema, {
      irVersion: 8n,
      producerVersion: '7',
      modelVersion: 3n,
      docString: 'model',
      opsetImport: [{ version: 17n }, { domain: 'own', version: 2n }],
      functions: [{ name: 'f', domain: 'own', input: ['a'], output: ['a'] }],
      trainingInfo: [{ algorithm: { name: 'sgd' } }],
      graph: {
        name: 'g',
        docString: 'graph',
        quantizationAnnotation: [{ tensorName: 'x' }],
        initializer: [
          { name: 'c', dims: [1n], dataType: 1, docString: 'constant', rawData: new Uint8Array(4) },
        ],
        input: [{ ...value('x', 1), docString: 'in' }],
        output: [value('y', 1)],
        valueInfo: [{ name: 'm', type: { denotation: 'IMAGE', value: { case: 'sequenceType', value: {} } } }],
        node: [
          {
            opType: 'LeakyRelu',
            name: 'n',
            docString: 'node',
            overload: 'o',
            input: ['x'],
            output: ['y'],
            metadataProps: [{ key: 'k', value: 'v' }],
            attribute: [
              { name: 'alpha', type: Type.FLOAT, f: 0.5, docString: 'attribute' },
              { name: 'types', type: Type.TYPE_PROTOS, typeProtos: [{ denotation: 'D' }] },
            ],
          },
        ],
      },
    });
    const unknown = [{ no: 1000, wireType: 2, data: Uint8Array.of(2, 7, 7) }];
    for (const message of [
      proto,
      proto.graph,
      proto.graph?.node[0],
      proto.graph?.initializer[0],
      proto.graph?.node[0]?.attribute[0],
    ])
      if (message) message.$unknown = unknown;
    const there = fromBinary(ModelProtoSchema, encodeModel(decodeModel(toBinary(ModelProtoSchema, proto))));
    const domains = there.opsetImport.map(({ domain, version }) => [domain, version]);
    expect(domains).to.deep.equal([
      ['', 17n],
      ['own', 2n],
    ]);
    const n = there.graph?.node[0];
    expect([there.docString, there.producerVersion, there.modelVersion]).to.deep.equal(['model', '7', 3n]);
    expect([there.functions[0]?.name, there.trainingInfo[0]?.algorithm?.name]).to.deep.equal(['f', 'sgd']);
    expect([there.graph?.docString, there.graph?.initializer[0]?.docString]).to.deep.equal([
      'graph',
      'constant',
    ]);
    expect([n?.docString, n?.overload, n?.metadataProps[0]?.value]).to.deep.equal(['node', 'o', 'v']);
    expect([n?.attribute[0]?.docString, n?.attribute[1]?.typeProtos[0]?.denotation]).to.deep.equal([
      'attribute',
      'D',
    ]);
    expect(there.graph?.input[0]?.docString).to.equal('in');
    expect(there.graph?.valueInfo[0]?.type?.denotation).to.equal('IMAGE');
    expect(there.graph?.quantizationAnnotation[0]?.tensorName).to.equal('x');
    for (const message of [there, there.graph, n, there.graph?.initializer[0], n?.attribute[0]])
      expect(message?.$unknown).to.deep.equal(unknown);
  });

  it('writes again what it wrote, byte by byte', () => {
    const once = encodeModel(decodeModel(model(relu)));
    expect(encodeModel(decodeModel(once))).to.deep.equal(once);
  });
});

describe('a malformed model', () => {
  const constant = (fields: object) =>
    model({ ...relu, initializer: [{ name: 'c', dataType: 1, ...fields }] });
  const cases: [string, Uint8Array, string][] = [
    ['of no bytes', new Uint8Array(), 'it has no graph'],
    ['that is a picture', Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a), 'not a valid ONNX file'],
    [
      'with a cycle',
      model({
        ...relu,
        node: [node('Add', ['x', 'b'], ['a']), node('Abs', ['a'], ['b']), node('Abs', ['b'], ['y'])],
      }),
      'cycle: Abs node "b" → Add node "a" needs its own result',
    ],
    [
      'with a dangling name',
      model({ ...relu, node: [node('Add', ['x', 'nothing'], ['y'])] }),
      'Add node "y" uses "nothing", which no node makes',
    ],
    ['with a dangling output', model({ ...relu, output: [value('z')] }), 'output "z", which no node makes'],
    [
      'with a value made twice',
      model({ ...relu, node: [...relu.node, node('Abs', ['x'], ['y'])] }),
      'the value "y" is made twice, the second time by the Abs node "y"',
    ],
    ['with an input twice', model({ ...relu, input: [value('x'), value('x')] }), '"x" is made twice'],
    [
      'with a constant twice',
      model({
        ...relu,
        initializer: [
          { name: 'c', dataType: 1, dims: [0n] },
          { name: 'c', dataType: 1, dims: [0n] },
        ],
      }),
      '"c" is defined twice',
    ],
    [
      'with a node without an operator',
      model({ ...relu, node: [node('', ['x'], ['y'])] }),
      'the node "y" has no operator',
    ],
    [
      'with an attribute twice',
      model({ ...relu, node: [node('Relu', ['x'], ['y'], [{ name: 'a' }, { name: 'a' }])] }),
      'attribute "a" twice',
    ],
    [
      'with a value made in a branch that is made outside too',
      model({ ...relu, node: [node('If', ['x'], ['y'], [body('then_branch', { input: [value('x')] })])] }),
      '"x" is made twice',
    ],
    [
      'with too little data',
      constant({ dims: [2n], rawData: new Uint8Array(4) }),
      'takes 8 bytes, but has 4',
    ],
    ['with too few elements', constant({ dims: [2n], floatData: [1] }), 'takes 2 elements, but has 1'],
    ['with no data', constant({ dims: [2n ** 40n] }), 'takes 1099511627776 elements, but has 0'],
    ['with a negative dimension', constant({ dims: [-1n] }), 'impossible dimensions [-1]'],
    [
      'with dimensions whose product overflows',
      constant({ dims: [2n ** 32n, 2n ** 32n], rawData: new Uint8Array(0) }),
      'impossible dimensions',
    ],
    ['with a constant of no type', constant({ dataType: 0 }), 'has no element type'],
    ['with a version of 0', model(relu, { opsetImport: [{ version: 0n }] }), 'version 0'],
    [
      'with two versions of one operator set',
      model(relu, { opsetImport: [{ version: 9n }, { domain: 'ai.onnx', version: 8n }] }),
      'in two versions',
    ],
    [
      'with an offset that is not a number',
      constant({
        dims: [1n],
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: [
          { key: 'location', value: 'a' },
          { key: 'offset', value: '1e3' },
        ],
      }),
      'not a whole number',
    ],
    [
      'with an external location missing',
      constant({ dims: [1n], dataLocation: TensorProto_DataLocation.EXTERNAL }),
      'has no location',
    ],
  ];
  for (const [what, bytes, message] of cases) it(`${what} is refused`, () => expectError(bytes, message));

  it('that nests without end is refused', () => {
    let inner = model(relu).slice(0, 0);
    const wrap = (tag: number, content: Uint8Array) => {
      const { length } = content;
      const size =
        length < 128
          ? [length]
          : length < 16384
            ? [(length & 127) | 128, length >> 7]
            : [(length & 127) | 128, ((length >> 7) & 127) | 128, length >> 14];
      return Uint8Array.of(tag, ...size, ...content);
    };
    // graph in attribute in node, over and over
    for (let i = 0; i < 300; i++) inner = wrap(0x0a, wrap(0x2a, wrap(0x32, inner)));
    expectError(wrap(0x3a, inner), 'nested 100 levels deep');
  });

  it('that would decode to far more than its size is refused before decoding', () => {
    // 12 million empty nodes of two bytes each.
    const nodes = 12_000_000;
    const size = nodes * 2;
    const bytes = new Uint8Array(size + 5);
    bytes.set([0x3a, (size & 127) | 128, ((size >> 7) & 127) | 128, ((size >> 14) & 127) | 128, size >> 21]);
    for (let i = 5; i < bytes.length; i += 2) bytes[i] = 0x0a;
    expectError(bytes, 'to decode', 'too-large');
    // A tenth of them is also more than a file of that size may decode to.
    const tenth = 1_200_000;
    const header = [
      0x3a,
      ((2 * tenth) & 127) | 128,
      (((2 * tenth) >> 7) & 127) | 128,
      (((2 * tenth) >> 14) & 127) | 128,
    ];
    bytes.set([...header, (2 * tenth) >> 21]);
    expectError(bytes.subarray(0, 5 + 2 * tenth), 'to decode', 'too-large');
  });

  const sample = model({
    ...relu,
    initializer: [
      { name: 'c', dims: [2n], dataType: 1, floatData: [1, 2] },
      { name: 'd', dims: [3n], dataType: 7, int64Data: [1n, 2n, 300n] },
      { name: 'e', dims: [2n, 2n], dataType: 1, rawData: new Uint8Array(16) },
    ],
    node: [
      node('Conv', ['x', 'c'], ['a'], [{ name: 'pads', type: Type.INTS, ints: [1n, 1n] }]),
      node(
        'If',
        ['a'],
        ['y'],
        [body('then_branch', { node: [node('Abs', ['a'], ['b'])], output: [value('b')] })],
      ),
    ],
    valueInfo: [value('a', 'n', undefined)],
  });
  const survives = (bytes: Uint8Array): boolean => {
    try {
      encodeModel(decodeModel(bytes));
      return true;
    } catch (error) {
      if (!(error instanceof OneirosError)) throw error;
      expect(error.message).not.to.include('\n');
      return false;
    }
  };

  it('that is cut short anywhere is either refused or read', () => {
    for (let length = 0; length < sample.length; length++)
      if (survives(sample.slice(0, length))) expect(length).to.be.greaterThan(sample.length - 20);
  });

  it('with changed bytes is either refused or read', () => {
    const dice = random(1);
    for (let run = 0; run < 4000; run++) {
      const bytes = sample.slice();
      const changes = dice.integer(1, 4);
      for (let i = 0; i < changes; i++) bytes[dice.integer(0, bytes.length - 1)] = dice.integer(0, 255);
      survives(bytes);
    }
  });

  it('of random bytes is either refused or read', () => {
    const dice = random(2);
    for (let run = 0; run < 2000; run++)
      survives(Uint8Array.from({ length: dice.integer(0, 60) }, () => dice.integer(0, 255)));
  });
});

describe('a number that does not fit into an ONNX file', () => {
  const small = () => decodeModel(model(relu));
  const cases: readonly [string, () => unknown, RegExp][] = [
    ['an IR version', () => encodeModel({ ...small(), irVersion: 2 ** 63 }), /the IR version must be/],
    [
      'the version of an operator set',
      () => encodeModel({ ...small(), opsets: new Map([['', 1.5]]) }),
      /the version of the operator set "" must be a whole number of 64 bits, not 1.5/,
    ],
    [
      'a declared size',
      () => {
        const { graph, ...rest } = small();
        const inputs = [{ name: 'x', type: { dtype: 'float32' as const, shape: [NaN] } }];
        return encodeModel({ ...rest, graph: { ...graph, inputs } });
      },
      /the size of axis "x.0" must be/,
    ],
    [
      'an attribute',
      () => {
        const { graph, ...rest } = small();
        const nodes = graph.nodes.map((each) => ({
          ...each,
          attributes: new Map([['axis', { type: 'int' as const, value: 2n ** 63n }]]),
        }));
        return encodeModel({ ...rest, graph: { ...graph, nodes } });
      },
      /the attribute axis must be a whole number of 64 bits/,
    ],
    [
      'a fraction in a list of whole numbers',
      () => attributes({ axes: [0.5] }),
      /axes: 0.5 is not whole.*floats/,
    ],
  ];
  for (const [title, make, words] of cases)
    it(`is refused with a message: ${title}`, () => {
      expect(make).to.throw(OneirosError, words).with.property('code', 'bad-argument');
    });

  it('is refused in a file too: an IR version above the safe integers', () => {
    expectError(model(relu, { irVersion: 2n ** 63n - 1n }), 'IR version is 9223372036854775807');
  });
});
