import { expect } from 'chai';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';

import { OneirosError } from '../../../lib/base/errors.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { substitute } from '../../../lib/onnx/facts/dim.js';
import { type Facts, unknown } from '../../../lib/onnx/facts/facts.js';
import { type AttributeLike, attributes } from '../../../lib/onnx/graph/attributes.js';
import type { Dim, Model, Node, Shape } from '../../../lib/onnx/graph/graph.js';
import { factsOfConstant } from '../../../lib/onnx/shapes/constants.js';
import { inferNode } from '../../../lib/onnx/shapes/infer.js';
import { random } from '../../../lib/tensor/random.js';
import { float32, int64, sizeOf, type Tensor, tensor } from '../../../lib/tensor/tensor.js';

/** An operand of the operator under test. */
export interface Operand {
  readonly tensor: Tensor;
  /** Whether it is a constant of the graph, whose elements are known, or an input. */
  readonly isConstant: boolean;
  /** Whether its sizes are replaced by symbols in the symbolic variants. */
  readonly isSymbolic: boolean;
}

export interface Case {
  readonly op: string;
  readonly operands: readonly (Operand | null)[];
  readonly attributes?: Readonly<Record<string, AttributeLike>>;
  readonly outputs?: number;
  /** Axes whose sizes depend on the data, per output: these cannot be known. */
  readonly open?: readonly (readonly number[])[];
  readonly opset?: number;
}

/** Image-like data of these sizes. */
export function data(...dims: number[]): Operand {
  const next = random(dims.length + 1);
  const values = Float32Array.from({ length: sizeOf(dims) }, () => next.uniform());
  return { tensor: float32(values, dims), isConstant: false, isSymbolic: true };
}

/** Weights of these sizes: an input whose sizes are always numbers. */
export function weights(...dims: number[]): Operand {
  return { ...data(...dims), isSymbolic: false };
}

/** A constant int64 vector. */
export function ints(...numbers: number[]): Operand {
  return { tensor: int64(numbers), isConstant: true, isSymbolic: false };
}

/** A constant of any kind. */
export function constant(tensor: Tensor): Operand {
  return { tensor, isConstant: true, isSymbolic: false };
}

/** An input of any kind, whose sizes become symbols. */
export function input(tensor: Tensor): Operand {
  return { tensor, isConstant: false, isSymbolic: true };
}

export function bools(dims: readonly number[], values: readonly number[]): Tensor {
  return tensor('bool', Uint8Array.from(values), dims);
}

/** How sizes become symbols: not at all, a symbol for each axis, or equal symbols for equal sizes. */
const namings: Readonly<Record<string, (size: number, operand: number, axis: number) => Dim>> = {
  numbers: (size) => size,
  'a symbol per axis': (_, operand, axis) => `x${operand}_${axis}`,
  'a symbol per size': (size) => (size === 1 ? 1 : `s${size}`),
};

/** Declares a test for each case: inference agrees with ONNX Runtime's result. */
export function itInfers(cases: readonly Case[]): void {
  for (const each of cases)
    it(titleOf(each), async () => {
      const made = await run(each);
      for (const [name, naming] of Object.entries(namings)) {
        const { facts, sizes } = infer(each, naming);
        for (const [i, result] of made.entries()) {
          const open = name === 'numbers' ? (each.open?.[i] ?? []) : null;
          compare(facts[i] ?? unknown, result, sizes, open, `output ${i}, sizes as ${name}`);
        }
      }
    });
}

/** Declares a test for each case: it is refused with a message that matches, and ONNX Runtime refuses it too. */
export function itRefuses(cases: readonly (readonly [Case, RegExp])[]): void {
  for (const [each, words] of cases)
    it(`refuses ${titleOf(each)}`, async () => {
      expect(() => infer(each, (size) => size)).to.throw(OneirosError, words);
      const outcome = await run(each).then(
        () => 'ran',
        () => 'refused',
      );
      expect(outcome, 'ONNX Runtime').to.equal('refused');
    });
}

function titleOf({ op, operands, attributes: given = {}, opset }: Case): string {
  const shapes = operands.map((operand) => {
    if (operand === null) return '–';
    const { dims, data: elements, dtype } = operand.tensor;
    const isShort = operand.isConstant && dims.length <= 1 && elements.length <= 8;
    const type = dtype === 'float32' || dtype === 'int64' ? '' : dtype;
    return isShort ? `(${Array.from<unknown>(elements).join(' ')})` : `${type}[${dims.join(' ')}]`;
  });
  const notes = Object.entries(given).map(([name, value]) => `${name}=${describeAttribute(value)}`);
  return [op, ...shapes, ...notes, ...(opset === undefined ? [] : [`opset ${opset}`])].join(' ');
}

function describeAttribute(value: AttributeLike): string {
  if (typeof value !== 'object') return String(value);
  if ('dtype' in value) return `${value.dtype}[${value.dims.join(' ')}]`;
  return 'type' in value ? value.type : `[${value.join(' ')}]`;
}

/** Facts about the outputs with sizes under `naming`, and the values of the symbols. */
function infer(
  each: Case,
  naming: (size: number, operand: number, axis: number) => Dim,
): { readonly facts: readonly Facts[]; readonly sizes: ReadonlyMap<string, number> } {
  const sizes = new Map<string, number>();
  const inputs = each.operands.map((operand, i): Facts => {
    if (operand === null) return unknown;
    if (operand.isConstant) return factsOfConstant(operand.tensor);
    const shape = operand.tensor.dims.map((size, axis) => {
      const dim = operand.isSymbolic ? naming(size, i, axis) : size;
      if (typeof dim === 'string') sizes.set(dim, size);
      return dim;
    });
    return { ...unknown, type: { dtype: operand.tensor.dtype, shape } };
  });
  return { facts: inferNode(nodeOf(each), inputs), sizes };
}

function nodeOf({ op, operands, attributes: given = {}, outputs = 1 }: Case): Node {
  return {
    name: 'tested',
    op: op.slice(op.lastIndexOf('.') + 1),
    domain: op.slice(0, Math.max(0, op.lastIndexOf('.'))),
    inputs: operands.map((operand, i) => (operand === null ? '' : `input${i}`)),
    outputs: Array.from({ length: outputs }, (_, i) => `output${i}`),
    attributes: attributes(given),
  };
}

/** `open` are the axes that need not be known; `null` if any symbol is accepted that is not known to be wrong. */
function compare(
  facts: Facts,
  made: OrtTensor,
  sizes: ReadonlyMap<string, number>,
  open: readonly number[] | null,
  message: string,
): void {
  expect(facts.type?.dtype, message).to.equal(made.type);
  const shape = facts.type?.shape;
  if (shape === null || shape === undefined) {
    expect(open, `${message}: rank unknown`).to.equal(null);
    return;
  }
  expect(shape.length, `${message}: rank of [${shape.join(', ')}]`).to.equal(made.dims.length);
  const evaluated = shape.map((size) => substitute(size, (name) => sizes.get(name)));
  const expected = made.dims.map((size, axis) => {
    const isOpen = typeof evaluated[axis] === 'string' && (open === null || open.includes(axis));
    return isOpen ? evaluated[axis] : size;
  });
  expect(evaluated, `${message}: [${shape.join(', ')}]`).to.deep.equal(expected);
  if (facts.content !== null && made.type !== 'bool') {
    const elements = Array.from<unknown>(Object.values(made.data)).map(Number);
    const known = facts.content.map((item) => substitute(item, (name) => sizes.get(name)));
    const wanted = known.map((item, i) => (typeof item === 'number' ? elements[i] : item));
    expect(known, `${message}: content [${facts.content.join(', ')}]`).to.deep.equal(wanted);
  }
}

/** ONNX Runtime's results for the case. */
async function run(each: Case): Promise<readonly OrtTensor[]> {
  const node = nodeOf(each);
  const named = each.operands.flatMap((operand, i) =>
    operand === null ? [] : [{ ...operand, name: `input${i}` }],
  );
  const model: Model = {
    graph: {
      name: 'one node',
      nodes: [node],
      inputs: named
        .filter(({ isConstant }) => !isConstant)
        .map(({ name, isSymbolic, tensor: { dtype, dims } }) => ({
          name,
          type: { dtype, shape: isSymbolic ? symbols(name, dims) : dims },
        })),
      outputs: node.outputs.map((name) => ({ name, type: null })),
      initializers: new Map(
        named.filter(({ isConstant }) => isConstant).map(({ name, tensor: value }) => [name, value]),
      ),
      values: new Map(),
    },
    opsets: new Map([
      ['', each.opset ?? 17],
      ['com.microsoft', 1],
    ]),
    irVersion: 8,
    producer: 'spec',
    metadata: new Map(),
  };
  const session = await InferenceSession.create(encodeModel(model), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
    intraOpNumThreads: 1,
  });
  const feeds = Object.fromEntries(
    named.filter(({ isConstant }) => !isConstant).map(({ name, tensor: value }) => [name, toOrt(value)]),
  );
  const results = await session.run(feeds);
  await session.release();
  return node.outputs.map((name) => results[name]!);
}

function symbols(name: string, dims: readonly number[]): Shape {
  return dims.map((_, i) => `${name}_${i}`);
}

function toOrt(value: Tensor): OrtTensor {
  if (value.dtype === 'string') return new OrtTensor('string', [...value.data], value.dims);
  if (value.dtype === 'bfloat16') throw new Error('ONNX Runtime for JavaScript has no bfloat16');
  return new OrtTensor(value.dtype, value.data, value.dims);
}
