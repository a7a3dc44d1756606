import type { Value } from '../../../lib/onnx/builder.js';
import { Builder } from '../../../lib/onnx/ops.js';
import { exactly, normal, positive, row, type Row } from '../row.js';

function branch(b: Builder, make: (inner: Builder) => Value) {
  const inner = new Builder(b);
  inner.output(make(inner), inner.fresh('result'));
  return { type: 'graph', value: inner.graph('branch') } as const;
}

/** y · (Σ x > 0 ? sin 2x · eʸ : (2x)² · 1.5), whose branches capture values from around them */
function captured(b: Builder, [x, y]: readonly (Value | undefined)[]): Value {
  const condition = b.greater(b.sum(x!, undefined, false), 0);
  const twice = b.mul(x!, 2);
  const chosen = b.op('If', [condition], {
    then_branch: branch(b, (inner) => inner.mul(inner.sin(twice), inner.exp(y!))),
    else_branch: branch(b, (inner) => inner.mul(inner.square(twice), 1.5)),
  });
  return b.mul(chosen, y!);
}

/** (Σ x > 0 ? (Σ x > 3 ? x³ : x²) : −x) */
function nested(b: Builder, [x]: readonly (Value | undefined)[]): Value {
  const total = b.sum(x!, undefined, false);
  return b.op('If', [b.greater(total, 0)], {
    then_branch: branch(b, (outer) =>
      outer.op('If', [outer.greater(total, 3)], {
        then_branch: branch(outer, (inner) => inner.mul(inner.square(x!), x!)),
        else_branch: branch(outer, (inner) => inner.square(x!)),
      }),
    ),
    else_branch: branch(b, (inner) => inner.neg(x!)),
  });
}

export const control: readonly Row[] = [
  row('If', [positive(2, 3), normal(3)], {}, { note: 'captures, condition true', build: captured }),
  row(
    'If',
    [exactly([-1, -2, 0.5, 0.3, -0.2, -1], 2, 3), normal(3)],
    {},
    { note: 'captures, condition false', build: captured },
  ),
  row('If', [exactly([1, 2, 3], 3)], {}, { note: 'nested, both true', build: nested }),
  row('If', [exactly([1, 0.5, -0.3], 3)], {}, { note: 'nested, inner false', build: nested }),
  row('If', [exactly([-1, 0.5, -0.3], 3)], {}, { note: 'nested, outer false', build: nested }),
];
