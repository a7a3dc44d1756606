import { Builder, dtypeOf } from '../../../lib/onnx/builder/builder.js';
import type { Value } from '../../../lib/onnx/builder/graph-builder.js';
import { type Draw, exactly, held, normal, positive, type Row, row, uniform, weight, whole } from '../row.js';

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

/** Operators on sequences and optional values whose items and positions are known. */
const sequences: readonly Row[] = [
  listed('SequenceAt', 'of constructed items', (b, x, y) => {
    const list = b.op('SequenceConstruct', [x, b.mul(x, y), y]);
    return b.op('SequenceAt', [list, b.scalar(-2, 'int64')]);
  }),
  listed('SequenceInsert', 'and erased', (b, x, y) => {
    const list = b.op('SequenceInsert', [b.op('SequenceEmpty', []), x]);
    const longer = b.op('SequenceInsert', [list, b.mul(x, y), b.scalar(0, 'int64')]);
    const shorter = b.op('SequenceErase', [longer, b.scalar(1, 'int64')]);
    return b.op('SequenceAt', [shorter, b.scalar(0, 'int64')]);
  }),
  ...[0, 1].map((new_axis) =>
    listed('ConcatFromSequence', `new axis ${new_axis}`, (b, x, y) =>
      b.op('ConcatFromSequence', [b.op('SequenceConstruct', [x, b.mul(x, y)])], { axis: 1, new_axis }),
    ),
  ),
  listed('SplitToSequence', 'into rows', (b, x, y) => {
    const rows = b.op('SplitToSequence', [b.mul(x, y)], { keepdims: 0 });
    return b.op('SequenceAt', [rows, b.scalar(1, 'int64')]);
  }),
  listed('SplitToSequence', 'into parts of 2', (b, x, y) => {
    const parts = b.op('SplitToSequence', [b.mul(x, y), b.scalar(2, 'int64')], { axis: 1 });
    return b.op('SequenceAt', [parts, b.scalar(1, 'int64')]);
  }),
  listed('SplitToSequence', 'of given sizes', (b, x, y) => {
    const parts = b.op('SplitToSequence', [b.mul(x, y), b.sizes([1, 2])], { axis: 1 });
    return b.op('ConcatFromSequence', [b.op('SequenceErase', [parts])], { axis: 0 });
  }),
  listed('OptionalGetElement', 'of a tensor', (b, x, y) =>
    b.op('OptionalGetElement', [b.op('Optional', [b.mul(x, y)])]),
  ),
];

function listed(op: string, note: string, build: (b: Builder, x: Value, y: Value) => Value): Row {
  return row(
    op,
    [weight(whole(2, 3)), weight(whole(2, 3))],
    {},
    {
      note,
      build: (b, [x, y]) => build(b, x!, y!),
      variants: ['static'],
    },
  );
}

/** A number that is known only when the graph runs. */
function count(n: number): Draw {
  return held(exactly([n], 1));
}

function integer(b: Builder, n: Value | undefined): Value {
  return b.cast(b.sum(n!, undefined, false), 'int64');
}

export const control: readonly Row[] = [
  ...sequences,
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

  ...[1, 3].map((trips) =>
    row(
      'Loop',
      [uniform(-1, 1, 2, 3), weight(normal(3))],
      {},
      {
        note: `${trips} times, carried and stacked`,
        build: (b, x) => repeated(b, x, b.scalar(trips, 'int64')),
      },
    ),
  ),
  row(
    'Loop',
    [uniform(-1, 1, 2, 3), weight(normal(3))],
    {},
    { note: 'in a loop', build: (b, x) => nestedLoop(b, x) },
  ),
  row(
    'Scan',
    [weight(normal(2)), weight(normal(4, 2))],
    {},
    { note: 'a recurrence', build: (b, x) => recurrence(b, x, {}) },
  ),
  row(
    'Scan',
    [weight(normal(2)), weight(normal(2, 4))],
    {},
    {
      note: 'backwards along the last axis',
      build: (b, x) =>
        recurrence(b, x, {
          scan_input_axes: [1],
          scan_input_directions: [1],
          scan_output_axes: [1],
          scan_output_directions: [1],
        }),
    },
  ),

  ...[0, 1, 3].map((trips) =>
    row(
      'Loop',
      [uniform(-1, 1, 2, 3), weight(normal(3)), count(trips)],
      {},
      {
        note: `${trips} times, known only when it runs`,
        build: (b, [x, w, n]) => repeated(b, [x, w], integer(b, n)),
      },
    ),
  ),
  row(
    'Loop',
    [uniform(-1, 1, 2, 3), weight(normal(3)), count(2)],
    {},
    { note: 'in a loop, both known only when they run', build: (b, x) => nestedLoop(b, x) },
  ),
  row(
    'Loop',
    [uniform(-1, 1, 2, 3), weight(normal(3)), count(3)],
    {},
    { note: 'in a branch', build: loopInBranch },
  ),
  row(
    'Loop',
    [exactly([0.5, -0.3, 0.4], 3), weight(normal(3))],
    {},
    { note: 'that ends early', build: untilLarge },
  ),
  row(
    'Loop',
    [weight(normal(4, 3)), weight(normal(3)), count(3)],
    {},
    { note: 'with integers and values that change places', build: exchanging },
  ),
  ...[0, 3].map((trips) =>
    row(
      'Loop',
      [weight(normal(2, 3)), weight(normal(3)), count(trips)],
      {},
      { note: `that appends ${trips} parts`, build: appending },
    ),
  ),
  row('Loop', [normal(2, 3), normal(2, 3), count(3)], {}, { note: 'that is linear', build: accumulating }),
  row(
    'Loop',
    [uniform(-1, 1, 2, 3), weight(normal(3)), count(3)],
    {},
    {
      note: 'of which only the stack is used',
      build: (b, [x, w, n]) => repeated(b, [x, w], integer(b, n))[1]!,
    },
  ),
  row(
    'Scan',
    [weight(normal(2)), normal(4, 2)],
    {},
    { note: 'over a length known only when it runs', build: (b, x) => recurrence(b, x, {}) },
  ),
  row(
    'Scan',
    [weight(normal(2)), normal(2, 4)],
    {},
    {
      note: 'backwards along the last axis of an open length',
      build: (b, x) =>
        recurrence(b, x, {
          scan_input_axes: [-1],
          scan_input_directions: [1],
          scan_output_axes: [1],
          scan_output_directions: [1],
        }),
    },
  ),
  row(
    'Scan',
    [weight(normal(2)), normal(2, 4)],
    {},
    {
      note: 'forwards into the reverse order',
      build: (b, x) => recurrence(b, x, { scan_input_axes: [1], scan_output_directions: [1] }),
    },
  ),
];

/** h ← sin(h · w + trip), each h stacked as well; the condition is passed on. */
function repeated(b: Builder, [x, w]: readonly (Value | undefined)[], trips: Value): readonly Value[] {
  const body = new Builder(b);
  const trip = body.input(body.fresh('trip'), 'int64', []);
  const condition = body.input(body.fresh('condition'), 'bool', []);
  const h = body.input(body.fresh('h'), dtypeOf(x!), x!.type!.shape);
  const next = body.sin(body.add(body.mul(h, w!), body.castLike(trip, h)));
  body.output(condition, body.fresh('goes_on'));
  body.output(next);
  body.output(next, body.fresh('stacked'));
  return b.ops('Loop', [trips, undefined, x], 2, {
    body: { type: 'graph', value: body.graph('body') },
  });
}

/** The loop above twice, or as often as the third input says, in a loop of as many iterations. */
function nestedLoop(b: Builder, [x, w, n]: readonly (Value | undefined)[]): Value {
  const trips = n === undefined ? b.scalar(2, 'int64') : integer(b, n);
  const body = new Builder(b);
  body.input(body.fresh('trip'), 'int64', []);
  body.input(body.fresh('condition'), 'bool', []);
  const h = body.input(body.fresh('h'), dtypeOf(x!), x!.type!.shape);
  const [inner] = repeated(body, [h, w], trips);
  body.output(body.op('Identity', [b.scalar(1, 'bool')]), body.fresh('goes_on'));
  body.output(inner!, body.fresh('next'));
  return b.op('Loop', [trips, b.scalar(1, 'bool'), x], {
    body: { type: 'graph', value: body.graph('outer body') },
  });
}

/** Σ x < 100 ? the loop : x² */
function loopInBranch(b: Builder, [x, w, n]: readonly (Value | undefined)[]): Value {
  const trips = integer(b, n);
  const chosen = b.op('If', [b.less(b.sum(x!, undefined, false), 100)], {
    then_branch: branch(b, (inner) => repeated(inner, [inner.exp(x!), w], trips)[0]!),
    else_branch: branch(b, (inner) => inner.square(x!)),
  });
  return b.sin({ ...chosen, type: x!.type });
}

/** h ← 1.7 h + w while Σ h² < 20, in any case at most 50 times; each sin h is stacked. */
function untilLarge(b: Builder, [x, w]: readonly (Value | undefined)[]): readonly Value[] {
  const body = new Builder(b);
  body.input(body.fresh('trip'), 'int64', []);
  body.input(body.fresh('condition'), 'bool', []);
  const h = body.input(body.fresh('h'), dtypeOf(x!), x!.type!.shape);
  const next = body.add(body.mul(h, 1.7), body.mul(w!, h));
  body.output(body.less(body.sum(body.square(next), undefined, false), 20), body.fresh('goes_on'));
  body.output(next);
  body.output(body.sin(next), body.fresh('stacked'));
  return b.ops('Loop', [b.scalar(50, 'int64'), b.scalar(1, 'bool'), x], 2, {
    body: { type: 'graph', value: body.graph('body') },
  });
}

/** (i, h, g) ← (i + 1, g, h · x[i]): what is carried changes places, and i is a number that indexes. */
function exchanging(b: Builder, [x, w, n]: readonly (Value | undefined)[]): readonly Value[] {
  const body = new Builder(b);
  body.input(body.fresh('trip'), 'int64', []);
  body.input(body.fresh('condition'), 'bool', []);
  const i = body.input(body.fresh('i'), 'int64', []);
  const [h, g] = ['h', 'g'].map((name) => body.input(body.fresh(name), dtypeOf(w!), [3]));
  body.output(body.op('Identity', [b.scalar(1, 'bool')]), body.fresh('goes_on'));
  body.output(body.add(i, 1));
  body.output(g!, body.fresh('h'));
  body.output(body.mul(h!, body.gather(x!, i, 0)));
  const [, last, other] = b.ops(
    'Loop',
    [integer(b, n), undefined, b.scalar(1, 'int64'), w, b.exp(b.mul(w!, 0.1))],
    3,
    { body: { type: 'graph', value: body.graph('body') } },
  );
  return [last!, b.mul(other!, 2)];
}

/** y ← [y; sin(x₀ · w + trip)] */
function appending(b: Builder, [x, w, n]: readonly (Value | undefined)[]): Value {
  const body = new Builder(b);
  const trip = body.input(body.fresh('trip'), 'int64', []);
  const condition = body.input(body.fresh('condition'), 'bool', []);
  const y = body.input(body.fresh('y'), dtypeOf(x!), ['rows', 3]);
  body.output(condition, body.fresh('goes_on'));
  const first = body.squeeze(body.slice(x!, [0], [0], [1]), [0]);
  const part = body.sin(body.add(body.mul(first, w!), body.castLike(trip, w!)));
  body.output(body.concat([y, body.unsqueeze(part, [0])], 0));
  return b.op('Loop', [integer(b, n), undefined, x], {
    body: { type: 'graph', value: body.graph('body') },
  });
}

/** h ← h + x: no iteration needs the values of another. */
function accumulating(b: Builder, [h0, x, n]: readonly (Value | undefined)[]): Value {
  const body = new Builder(b);
  const trip = body.input(body.fresh('trip'), 'int64', []);
  const condition = body.input(body.fresh('condition'), 'bool', []);
  const h = body.input(body.fresh('h'), dtypeOf(x!), h0!.type!.shape);
  body.output(condition, body.fresh('goes_on'));
  body.output(body.add(h, x!));
  body.output(trip, body.fresh('trips'));
  return b.ops('Loop', [integer(b, n), undefined, h0], 2, {
    body: { type: 'graph', value: body.graph('body') },
  })[0]!;
}

/** h ← tanh(h · ½ + x), each h² stacked */
function recurrence(
  b: Builder,
  [h0, sequence]: readonly (Value | undefined)[],
  settings: Readonly<Record<string, readonly number[]>>,
): readonly Value[] {
  const body = new Builder(b);
  const h = body.input(body.fresh('h'), dtypeOf(h0!), [2]);
  const x = body.input(body.fresh('x'), dtypeOf(h0!), [2]);
  const next = body.tanh(body.add(body.mul(h, 0.5), x));
  body.output(next);
  body.output(body.square(next), body.fresh('stacked'));
  return b.ops('Scan', [h0, sequence], 2, {
    body: { type: 'graph', value: body.graph('body') },
    num_scan_inputs: 1,
    ...settings,
  });
}
