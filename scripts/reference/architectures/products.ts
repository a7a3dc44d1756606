// Compares Jacobian– and Hessian–vector products with PyTorch's.
import { type Attributes, hvp, jvp, type Model, type Node } from '../../../lib/api/onnx.js';
import type { Tensor } from '../../../lib/api/runtime.js';
import { floats, run } from './model.js';
import { type Reference, relativeError } from './reference.js';

/** The error of J v. */
export async function jvpError(model: Model, reference: Reference): Promise<number | undefined> {
  const { x, v, errors, expected } = reference;
  if (errors['jvp'] === undefined) return undefined;
  const outputs = floats(model, reference);
  const products = await run(jvp(model, { outputs, wrt: ['x'], keepOutputs: [] }), { x, v_x: v });
  return relativeError(products.flat(), await expected('jvp'));
}

/** The error of H v, of Σ outputs · c. */
export async function hvpError(model: Model, reference: Reference): Promise<number | undefined> {
  const { x, v, errors, expected } = reference;
  if (errors['hvp'] === undefined) return undefined;
  const product = hvp(withLoss(model, reference), { loss: 'loss_', wrt: ['x'], keepOutputs: [] });
  const [hv] = await run(product, { x, v_x: v });
  return relativeError(hv!, await expected('hvp'));
}

/** The model with Σ outputs · c as its output. */
function withLoss(model: Model, reference: Reference): Model {
  const { graph } = model;
  const outputs = floats(model, reference);
  const terms = outputs.map((_, i) => `term_${i}_`);
  const nodes = outputs.flatMap((output, i) => [
    node('Mul', [output, `c_${i}_`], `product_${i}_`),
    node('ReduceSum', [`product_${i}_`], terms[i]!, new Map([['keepdims', { type: 'int', value: 0n }]])),
  ]);
  const cs = reference.cs.map((c, i): [string, Tensor] => [`c_${i}_`, c]);
  return {
    ...model,
    graph: {
      ...graph,
      nodes: [...graph.nodes, ...nodes, node('Sum', terms, 'loss_')],
      initializers: new Map([...graph.initializers, ...cs]),
      outputs: [{ name: 'loss_', type: null }],
    },
  };
}

function node(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Attributes = new Map(),
): Node {
  return { name: output, op, domain: '', inputs, outputs: [output], attributes };
}
