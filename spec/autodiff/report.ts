import { readdirSync, readFileSync } from 'node:fs';

import { rules } from '../../lib/autodiff/rules/families.js';
import { noGradient } from '../../lib/autodiff/rules/rule.js';
import { OPSET } from '../../lib/onnx/graph/graph.js';
import type { Outcome } from './check.js';
import { facets, knownOperators, mark } from './facets.js';
import type { GoldenOutcome } from './golden.js';
import type { HalfOutcome } from './half.js';
import { describeAttribute, type Row } from './row.js';

/** The results from which lib/autodiff/OPERATORS.md is written. */
export interface Proof {
  readonly outcomes: readonly Outcome[];
  readonly golden: readonly GoldenOutcome[];
  readonly halves: readonly HalfOutcome[];
}

/** Operators that have a gradient rule. */
export const differentiated = Object.keys(rules).filter((op) => rules[op] !== noGradient);
/** Operators whose rule states that there is no gradient. */
export const withoutGradient = Object.keys(rules).filter((op) => rules[op] === noGradient);

export function operatorsDocument(proof: Proof): string {
  const { outcomes, golden } = proof;
  const rows = new Set(outcomes.map(({ row }) => row));
  const known = new Set(Object.keys(rules));
  const composed = [...new Set([...rows].map(({ op }) => op))].filter((op) => !known.has(op));
  return [
    '# Operators that can be differentiated',
    'Written by `npm run gradcheck`; do not edit it by hand.',
    `${rows.size} rows of operator, shapes and attributes, in ${outcomes.length} runs: with all sizes known, and with a symbol for each size. A run compares the derived gradient by each input, weights included, with central differences of ONNX Runtime's forward pass along a random direction. The error is the difference relative to the gradient's norm. Runs are in float64 if the CPU provider has the kernels; in float32, operators that are linear in each input are checked exactly, with whole numbers. ${golden.length} gradients, including those at kinks and ties, agree with PyTorch's to 1e-5.`,
    'Tolerances: float64 1e-6, float32 1e-3, float32 for linear operators 2e-6.',
    'float16: ✓ the gradient was computed in float16 and agrees with the one in float32; “types”: ONNX Runtime’s CPU provider has no float16 kernels, so only the emitted graph was checked: every cotangent has its value’s element type.',
    '## With a gradient rule',
    section(differentiated, proof),
    '## Decomposed before differentiation',
    'Operators that consist of simpler ones, including those of other operator sets: lib/onnx/opset defines how.',
    section(composed, proof),
    '## Without a gradient',
    'The results of these change in jumps or not at all. No cotangent passes; if every path ends at one of them, the error names it.',
    `${withoutGradient.toSorted().join(', ')}.`,
    '## Where each operator is',
    'Each of these folders has a file for each family of operators. ✓: the operator has a rule there; –: its rule states that it has no gradient. A shape rule infers the shape of the result; an operator set rule expresses a node of another set in set 17; folding computes constants.',
    whereabouts(),
    '',
  ].join('\n\n');
}

/** Which facets each operator has, and in which family. */
function whereabouts(): string {
  const head = ['Operator', 'Family', ...facets.map(({ title, folder }) => `${title} (${folder})`)];
  const lines = [...knownOperators()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([op, { families, rules: own }]) => [
      op,
      [...families].join(' '),
      ...facets.map(({ folder }) => mark(own.get(folder))),
    ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function section(ops: readonly string[], proof: Proof): string {
  const head = [
    'Operator',
    'Gradient',
    'Attributes in the table',
    'Operator sets',
    'Rows',
    'Precision',
    'Worst error',
    'PyTorch',
    'float16',
  ];
  const lines = ops.toSorted().map((op) => line(op, proof));
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function line(op: string, { outcomes, golden, halves }: Proof): readonly string[] {
  const own = outcomes.filter(({ row }) => row.op === op);
  const rows = [...new Set(own.map(({ row }) => row))];
  const goldens = golden.filter((outcome) => outcome.golden.op === op);
  const half = halves.filter(({ row }) => row.op === op);
  return [
    op,
    (comments().get(op) ?? '').replaceAll('|', '\\|'),
    attributesOf(rows),
    [...new Set(rows.map(({ options }) => options.opset ?? OPSET))].toSorted((a, c) => a - c).join(' '),
    String(rows.length),
    [...new Set(own.map(({ precision }) => precision))].toSorted().join(' '),
    bounded(Math.max(0, ...own.map(({ error }) => error))),
    goldens.length > 0 ? `✓ ${goldens.length}` : '',
    half.length === 0 ? '' : half.every(({ ran }) => ran) ? '✓' : 'types',
  ];
}

/** Rounded up so that the last bits, which differ between machines, do not show. */
export function bounded(error: number): string {
  const bound = [1e-8, 1e-6, 2e-6, 1e-4, 1e-3].find((limit) => error <= limit);
  if (error === 0) return 'exact';
  return bound === undefined ? `**${error.toExponential(0)}**` : `< ${bound.toExponential(0)}`;
}

/** Names of attributes, with their values if those are words or switches. */
function attributesOf(rows: readonly Row[]): string {
  const values = new Map<string, Set<string>>();
  for (const { attributes } of rows)
    for (const [name, value] of Object.entries(attributes)) {
      const known = values.get(name) ?? new Set();
      values.set(name, known);
      const isSwitch = value === 0 || value === 1 || typeof value === 'string';
      if (isSwitch && name !== 'equation') known.add(describeAttribute(value));
    }
  return Array.from(values, ([name, known]) => {
    const listed = [...known].toSorted().join(' / ');
    return listed === '' || listed === '1' || listed === '0 / 1' ? name : `${name} (${listed})`;
  }).join(', ');
}

const folder = new URL('../../lib/autodiff/rules/', import.meta.url);
let found: ReadonlyMap<string, string> | undefined;

/** The comment above each rule, which has its formula. */
function comments(): ReadonlyMap<string, string> {
  found ??= new Map(
    readdirSync(folder, { encoding: 'utf8', recursive: true }).flatMap((file) => {
      if (!file.endsWith('.ts')) return [];
      const text = readFileSync(new URL(file, folder), 'utf8');
      const rule = /((?:^ {2}(?:\/\/|\/\*\*| \*).*\n)+) {2}([A-Z]\w+): /gm;
      return [...text.matchAll(rule)].map(([, comment = '', op = '']): [string, string] => [
        op,
        plain(comment),
      ]);
    }),
  );
  return found;
}

function plain(comment: string): string {
  return comment
    .split('\n')
    .map((each) => each.trim().replace(/^(\/\/|\/\*\*|\*\/|\*)\s?/, ''))
    .join(' ')
    .replace(/ {2,}/g, '; ')
    .replace(/^; |; $/g, '')
    .trim();
}
