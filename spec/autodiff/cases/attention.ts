import { float } from '../../../lib/onnx/graph/attributes.js';
import { int64, tensor } from '../../../lib/tensor/tensor.js';
import { held, normal, positive, type Row, row, uniform, weight } from '../row.js';

const opset = 24;
/** ONNX Runtime's float64 form is an older function body, which has NaN for a query that attends to no key. */
const guarded = { opset, roundsWithin: true } as const;
const some = (dims: readonly number[], ...values: number[]) => tensor('bool', Uint8Array.from(values), dims);
/** Query 1 attends to no key. */
const mask = some([3, 4], 1, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0);
const [q, k, v] = [normal(2, 4, 3, 2), normal(2, 4, 4, 2), normal(2, 4, 4, 3)];
const [shared, sharedValues] = [normal(2, 2, 4, 2), normal(2, 2, 4, 3)];
const flat = [normal(2, 3, 8), normal(2, 4, 4), normal(2, 4, 6)];
const heads = { q_num_heads: 4, kv_num_heads: 2 };
const past = [normal(2, 4, 2, 2), normal(2, 4, 2, 3)];
const lengths = int64([4, 2]);

export const attention: readonly Row[] = [
  row('Attention', [q, k, v], {}, { opset: 23 }),
  row('Attention', [q, k, v], { scale: float(0.4), softcap: float(0.8) }, { opset: 23 }),
  row('Attention', [q, k, v], { is_causal: 1 }, { opset: 23 }),
  row('Attention', [q, shared, sharedValues, mask], { is_causal: 1 }, guarded),
  row('Attention', [q, k, v, mask], {}, guarded),
  row('Attention', [q, k, v, held(normal(3, 4))], {}, { opset }),
  row('Attention', [q, k, v, normal(2, 1, 3, 4)], { is_causal: 1 }, { opset }),
  row('Attention', [q, k, v, normal(4, 3, 4)], {}, { opset }),
  row('Attention', flat, heads, { opset }),
  row('Attention', [...flat, mask], heads, guarded),
  row('Attention', [q, k, v, undefined, ...past], { is_causal: 1 }, { opset, outputs: 3 }),
  row('Attention', [q, k, v, normal(3, 6), ...past], {}, { opset, outputs: 3 }),
  row('Attention', [q, k, v, undefined, undefined, undefined, lengths], { is_causal: 1 }, guarded),
  row('Attention', [q, k, v, normal(3, 4), undefined, undefined, lengths], {}, { opset }),
  ...[0, 1, 2, 3].map((mode) =>
    row(
      'Attention',
      [q, k, v, normal(3, 4)],
      { qk_matmul_output_mode: mode, softcap: float(1.5) },
      { opset, outputs: 4 },
    ),
  ),
  ...(['linear', 'gated', 'delta', 'gated_delta'] as const).map((update_rule) =>
    row(
      'LinearAttention',
      [
        ...[weight(normal(2, 3, 8)), weight(normal(2, 3, 4)), weight(normal(2, 3, 6)), normal(2, 2, 2, 3)],
        update_rule.startsWith('gated') ? normal(2, 3, 4) : undefined,
        update_rule.endsWith('delta') ? positive(2, 3, 2) : undefined,
      ],
      { ...heads, update_rule },
      { opset: 27, outputs: 2, lacksKernel: true, roundsWithin: true },
    ),
  ),
  ...[0, 1].flatMap((interleaved) => [
    row(
      'RotaryEmbedding',
      [normal(2, 3, 4, 6), uniform(-1, 1, 2, 4, 3), uniform(-1, 1, 2, 4, 3)],
      { interleaved },
      { opset: 23 },
    ),
    row(
      'RotaryEmbedding',
      [normal(2, 3, 4, 6), uniform(-1, 1, 2, 4, 2), uniform(-1, 1, 2, 4, 2)],
      { interleaved, rotary_embedding_dim: 4 },
      { opset: 23 },
    ),
    row(
      'RotaryEmbedding',
      [normal(2, 4, 12), uniform(-1, 1, 9, 3), uniform(-1, 1, 9, 3), int64([0, 3, 3, 8, 1, 2, 3, 4], [2, 4])],
      { interleaved, num_heads: 2 },
      { opset: 23 },
    ),
  ]),
];
