import type { Value } from '../../onnx/builder/graph-builder.js';
import { operatorOf } from '../../onnx/graph/attributes.js';
import type { Node } from '../../onnx/graph/graph.js';
import { bytesPerElement, type DType, isFloat, isNumeric } from '../../tensor/dtype.js';
import type { Expand, Expansion } from './expansion.js';

/** Which inputs of an operator hold the numbers that it moves, selects or adds. */
const numbersOf: ReadonlyMap<string, (index: number) => boolean> = new Map([
  ...at('Concat Max Min Add Sub Mul', () => true),
  ...at(
    'Compress DepthToSpace Expand Flatten Gather GatherElements GatherND GlobalMaxPool Identity MaxPool ReduceMax ' +
      'ReduceMin Relu Reshape Resize ReverseSequence Slice SpaceToDepth Split Squeeze Tile TopK Transpose Unsqueeze',
    (index) => index === 0,
  ),
  ...at('Pad ScatterElements ScatterND', (index) => index === 0 || index === 2),
  ...at('Clip', () => true),
  ...at('Where', (index) => index > 0),
]);

function at(operators: string, holds: (index: number) => boolean) {
  return operators.split(' ').map((operator) => [operator, holds] as const);
}

const arithmetic = new Set(['Add', 'Sub', 'Mul']);

/** How an operator on quantized integers is differentiated: the same operator on their twins. */
export const quantizedLayout: Expand = (c) => {
  const { node } = c;
  if (node.op === 'Cast' && node.domain === '') castInteger(c);
  else c.integers(onTwins(c, node));
};

/** The results of a node of the same operator on the twins of its inputs. */
function onTwins(c: Expansion, node: Node): readonly (Value | undefined)[] {
  const { b } = c;
  const holds = numbersOf.get(operatorOf(node)) ?? c.fail('quantized values');
  if (arithmetic.has(node.op) && node.inputs.some((_, i) => bytesOf(c.dtype(c.required(i))) < 4))
    c.fail('quantized values, which may overflow');
  const inputs = node.inputs.map((_, i) => {
    const input = c.input(i);
    if (input === undefined || !holds(i)) return input?.name ?? '';
    return (c.twin(input) ?? b.cast(input, 'float32')).name;
  });
  const outputs = node.outputs.map((name) => (name === '' ? '' : b.fresh(name)));
  const results = b.append({ ...node, name: b.fresh(node.name || node.op), inputs, outputs });
  return results.map((result) => (result.type !== null && isFloat(result.type.dtype) ? result : undefined));
}

/** A conversion to floating point ends the quantized part; a wider integer has the same twin. */
function castInteger(c: Expansion): void {
  const { b, node } = c;
  const x = c.required(0);
  const twin = c.twin(x) ?? c.fail('quantized values');
  const to = b.op('Cast', [x], Object.fromEntries(node.attributes));
  const dtype = c.dtype(to);
  if (isFloat(dtype)) c.float(b.castLike(twin, to));
  else if (dtype === 'bool') b.append(node);
  else if (bytesOf(dtype) > bytesOf(c.dtype(x))) c.integers([twin]);
  else c.fail(`a conversion of quantized values to ${dtype}`);
}

function bytesOf(dtype: DType): number {
  return isNumeric(dtype) ? bytesPerElement(dtype) : 0;
}
