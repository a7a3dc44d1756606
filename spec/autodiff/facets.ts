import { families as gradients } from '../../lib/autodiff/rules/families.js';
import { noGradient } from '../../lib/autodiff/rules/rule.js';
import { families as evaluations } from '../../lib/onnx/evaluate/families.js';
import { families as opsets } from '../../lib/onnx/opset/families.js';
import { families as shapes } from '../../lib/onnx/shapes/families.js';

/** What the library knows about operators: a folder for each facet, in it a file for each family. */
export interface Facet {
  readonly folder: string;
  readonly title: string;
  readonly families: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const facets: readonly Facet[] = [
  { folder: 'lib/onnx/shapes', title: 'Shape', families: shapes },
  { folder: 'lib/onnx/opset', title: 'Operator sets', families: opsets },
  { folder: 'lib/onnx/evaluate', title: 'Folding', families: evaluations },
  { folder: 'lib/autodiff/rules', title: 'Gradient', families: gradients },
];

/** One operator: its families (one, if the folders agree), and its rules by the folder of the facet. */
export interface KnownOperator {
  readonly families: ReadonlySet<string>;
  readonly rules: ReadonlyMap<string, unknown>;
}

/** Every operator that has a rule of any kind. */
export function knownOperators(): ReadonlyMap<string, KnownOperator> {
  const found = new Map<string, { families: Set<string>; rules: Map<string, unknown> }>();
  for (const { folder, families } of facets)
    for (const [family, table] of Object.entries(families)) {
      // A list of refusals, not a family.
      if (family === 'newer') continue;
      for (const [op, rule] of Object.entries(table)) {
        // Exists only while a model is differentiated.
        if (op.startsWith('oneiros.')) continue;
        const known = found.get(op) ?? { families: new Set(), rules: new Map() };
        found.set(op, known);
        known.families.add(family);
        known.rules.set(folder, rule);
      }
    }
  return found;
}

/** For the table: ✓ for a rule, – for a rule that states that there is no gradient. */
export function mark(rule: unknown): string {
  if (rule === undefined) return '';
  return rule === noGradient ? '–' : '✓';
}
