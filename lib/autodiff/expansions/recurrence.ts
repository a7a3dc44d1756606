import type { Builder } from '../../onnx/builder/builder.js';
import type { Value } from '../../onnx/builder/graph-builder.js';
import { attr } from '../../onnx/graph/attributes.js';
import type { Expansions } from './expansion.js';
import { type Cell, expandLayer } from './recurrent-layer.js';

// x stands for X·Wᵀ of one step and h for the state before it; Rᵢ are the rows of R for a gate, and each product has its bias.

/** H = f(x + h·Rᵀ) */
const rnn: Cell = {
  gates: 1,
  activations: ['Tanh'],
  initial: [5],
  step: ({ R, biasW, biasR, clip, activations: [f] }, outer) => ({
    bias: sum(outer, biasW, biasR),
    next: (b, x, [h]) => [f!(b, clip(b, plusProduct(b, x, h!, R)))],
  }),
};

/** z, r = f(x + h·Rᵀ), n = g(x + (r∘h)·Rₙᵀ), H = (1 − z)∘n + z∘h */
const gru: Cell = {
  gates: 3,
  activations: ['Sigmoid', 'Tanh'],
  initial: [5],
  step: ({ R, biasW, biasR, hidden, clip, activations: [f, g] }, outer) => {
    const [gatesR, newR] = outer.split(R, [2 * hidden, hidden], 0, 2);
    return {
      bias: sum(outer, biasW, biasR),
      next(b, x, [h]) {
        const [gatesX, newX] = b.split(x, [2 * hidden, hidden], 1, 2);
        const gates = f!(b, clip(b, plusProduct(b, gatesX, h!, gatesR!)));
        const [z, r] = b.split(gates, [hidden, hidden], 1, 2);
        const n = g!(b, clip(b, plusProduct(b, newX, b.mul(r!, h!), newR!)));
        return [between(b, z!, n, h!)];
      },
    };
  },
};

/** z, r = f(x + h·Rᵀ), n = g(x + r∘(h·Rₙᵀ)), H = (1 − z)∘n + z∘h */
const gruLinearBeforeReset: Cell = {
  ...gru,
  step: ({ R, biasW, biasR, hidden, clip, activations: [f, g] }, outer) => {
    const [gatesR, newR] = outer.split(R, [2 * hidden, hidden], 0, 2);
    const [gatesB, newB] = biasR === undefined ? [] : outer.split(biasR, [2 * hidden, hidden], 0, 2);
    return {
      bias: sum(outer, biasW, gatesB && outer.pad(gatesB, [0, hidden])),
      next(b, x, [h]) {
        const [gatesX, newX] = b.split(x, [2 * hidden, hidden], 1, 2);
        const gates = f!(b, clip(b, plusProduct(b, gatesX, h!, gatesR!)));
        const [z, r] = b.split(gates, [hidden, hidden], 1, 2);
        const linear = plusProduct(b, newB, h!, newR!);
        const n = g!(b, clip(b, b.add(newX!, b.mul(r!, linear))));
        return [between(b, z!, n, h!)];
      },
    };
  },
};

/**
 * i = f(x + h·Rᵢᵀ + Pᵢ∘c), f = f(x + h·Rᵀ + P∘c) or 1 − i, C = f∘c + i∘g(x + h·Rᵀ), o = f(x + h·Rᵀ + P∘C),
 * H = o∘h(C), with c the cell state before
 */
const lstm: Cell = {
  gates: 4,
  activations: ['Sigmoid', 'Tanh', 'Tanh'],
  initial: [5, 6],
  step: ({ node, R, P, biasW, biasR, hidden, clip, activations: [f, g, h] }, outer) => {
    const isCoupled = attr.int(node, 'input_forget', 0) !== 0;
    const peepholes = P === undefined ? [] : outer.split(P, [hidden, hidden, hidden], 0, 3);
    return {
      bias: sum(outer, biasW, biasR),
      next(b, x, [before, c]) {
        const [inX, outX, forgetX, newX] = b.split(
          plusProduct(b, x, before!, R),
          [hidden, hidden, hidden, hidden],
          1,
          4,
        );
        const gate = (part: Value, peephole: Value | undefined, cell: Value) =>
          f!(b, clip(b, peephole === undefined ? part : b.add(part, b.mul(peephole, cell))));
        const [peepIn, peepOut, peepForget] = peepholes;
        const input = gate(inX!, peepIn, c!);
        const forget = isCoupled ? b.sub(1, input) : gate(forgetX!, peepForget, c!);
        const cell = b.add(b.mul(forget, c!), b.mul(input, g!(b, clip(b, newX!))));
        return [b.mul(gate(outX!, peepOut, cell), h!(b, cell)), cell];
      },
    };
  },
};

export const recurrence: Expansions = {
  GRU: (c) => expandLayer(c, attr.int(c.node, 'linear_before_reset', 0) === 0 ? gru : gruLinearBeforeReset),
  LSTM: (c) => expandLayer(c, lstm),
  RNN: (c) => expandLayer(c, rnn),
};

/** x + h·Rᵀ */
function plusProduct(b: Builder, x: Value | undefined, h: Value, R: Value): Value {
  return b.op('Gemm', [h, R, x], { transB: 1 });
}

/** (1 − z)∘n + z∘h */
function between(b: Builder, z: Value, n: Value, h: Value): Value {
  return b.add(b.mul(b.sub(1, z), n), b.mul(z, h));
}

function sum(b: Builder, x: Value | undefined, y: Value | undefined): Value | undefined {
  return x === undefined || y === undefined ? (x ?? y) : b.add(x, y);
}
