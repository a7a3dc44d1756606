import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import { loadGolden } from './golden.js';
import { differentiated, withoutGradient } from './report.js';
import { table } from './table.js';

const text = readFileSync(new URL('../../lib/autodiff/OPERATORS.md', import.meta.url), 'utf8');

function sectionOf(title: string): string {
  const [, after = ''] = text.split(`## ${title}\n`);
  return after.split('\n## ')[0] ?? '';
}

/** The first cells of a section's table, without its head. */
function operatorsIn(title: string): readonly string[] {
  return [...sectionOf(title).matchAll(/^\| *(\w+) *\|/gm)]
    .map(([, op = '']) => op)
    .filter((op) => op !== 'Operator');
}

describe('lib/autodiff/OPERATORS.md', () => {
  it('lists all rules', () => {
    expect(operatorsIn('With a gradient rule')).to.have.members(differentiated);
    expect(sectionOf('Without a gradient').match(/[A-Z]\w+(?=[,.])/g)).to.include.members(withoutGradient);
  });

  it('has a row of the table for every rule', () => {
    const checked = new Set(table.map(({ op }) => op));
    const withoutInputs = ['Constant', 'RandomNormal', 'RandomUniform'];
    const unchecked = [...differentiated, ...withoutGradient].filter((op) => !checked.has(op));
    expect(unchecked).to.have.members(withoutInputs);
  });

  it('was written from the current table', () => {
    expect(text).to.contain(`${table.length} rows of operator, shapes and attributes`);
    expect(text).to.contain(`${loadGolden().length} gradients`);
    expect(text).not.to.contain('**');
  });
});
