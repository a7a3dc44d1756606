import { readdirSync } from 'node:fs';
import { expect } from 'chai';

import { facets, knownOperators } from '../autodiff/facets.js';

describe('families of operators', () => {
  it('are the same in each folder of rules', () => {
    const astray = [...knownOperators()].filter(([, { families }]) => families.size > 1);
    expect(astray.map(([op, { families }]) => [op, ...families])).to.deep.equal([]);
  });

  for (const { folder, families } of facets)
    it(`each have a file of their name in ${folder}`, () => {
      const files = readdirSync(new URL(`../../${folder}/`, import.meta.url));
      expect(files).to.include.members(Object.keys(families).map((family) => `${family}.ts`));
    });

  it('list no operator twice in one folder', () => {
    for (const { families } of facets) {
      const ops = Object.values(families).flatMap((table) => Object.keys(table));
      expect(ops).to.have.members([...new Set(ops)]);
    }
  });
});
