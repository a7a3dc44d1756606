import type { Tensor } from '../../tensor/tensor.js';
import type { Node, OpaqueTensor } from './graph.js';

/** A node that makes a constant. */
export function constantNode(name: string, value: Tensor | OpaqueTensor): Node {
  return {
    name,
    op: 'Constant',
    domain: '',
    inputs: [],
    outputs: [name],
    attributes: new Map([['value', { type: 'tensor', value }]]),
  };
}

/** A node that gives a value another name. */
export function identityNode(from: string, to: string): Node {
  return { name: to, op: 'Identity', domain: '', inputs: [from], outputs: [to], attributes: new Map() };
}
