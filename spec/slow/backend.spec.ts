import { expect } from 'chai';

import type { Row } from '../../scripts/backend/row.js';
import { checkAll } from '../../scripts/backend/supervise.js';
import { agreeing, having } from '../../scripts/backend/table.js';
import { testFolders } from '../../scripts/backend/wheel.js';

/** The least share of the models with a differentiable path whose gradient must be derived, run and agree. */
const leastAgreeing = 0.97;

describe('ONNX’s own tests of operators', () => {
  let rows: readonly Row[] = [];

  before(async function () {
    this.timeout(3_600_000);
    rows = await checkAll(testFolders(), 2);
  });

  const names = (found: readonly Row[]) => found.map(({ name }) => name);

  it('run', () => {
    expect(having(rows, 'runs', 'ok').length).to.be.at.least(1500);
  });

  for (const step of ['rewritten', 'normalized', 'simplified'] as const)
    it(`are the same ${step}`, () => {
      expect(names(having(rows, step, 'wrong', 'unloadable', 'fault'))).to.deep.equal([]);
    });

  it('are never refused by normalizing, but for Scan of operator set 8', () => {
    expect(names(having(rows, 'normalized', 'refused'))).to.deep.equal(['node/test_scan_sum']);
  });

  it('have no gradient that is wrong without an error', () => {
    expect(names(having(rows, 'gradient', 'wrong', 'fault'))).to.deep.equal([]);
  });

  it('are differentiated', () => {
    expect(agreeing(rows)).to.be.at.least(leastAgreeing);
  });
});
