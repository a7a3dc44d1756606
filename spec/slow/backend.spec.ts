import { expect } from 'chai';

import type { Row, Status, Step } from '../../scripts/backend/row.js';
import { checkAll } from '../../scripts/backend/supervise.js';
import { agreeing, having } from '../../scripts/backend/table.js';
import { NoTests, testFolders } from '../../scripts/backend/wheel.js';

/** The least share of the models with a differentiable path whose gradient must be derived, run and agree. */
const leastAgreeing = 0.97;

describe('ONNX’s own tests of operators', () => {
  let rows: readonly Row[] = [];

  before(async function () {
    this.timeout(3_600_000);
    const folders = foldersOrNull();
    if (folders === null) this.skip();
    rows = await checkAll(folders, 2);
  });

  const names = (step: Step, ...statuses: readonly Status[]) =>
    having(rows, step, ...statuses).map(({ name }) => name);

  it('run', () => {
    expect(names('runs', 'ok').length).to.be.at.least(1500);
  });

  for (const step of ['rewritten', 'normalized', 'simplified'] as const)
    it(`are the same ${step}`, () => {
      expect(names(step, 'wrong', 'unloadable', 'fault')).to.deep.equal([]);
    });

  it('are never refused by normalizing, but for Scan of operator set 8', () => {
    expect(names('normalized', 'refused')).to.deep.equal(['node/test_scan_sum']);
  });

  it('have no gradient that is wrong without an error, or that cannot be loaded', () => {
    expect(names('gradient', 'wrong', 'unloadable', 'fault')).to.deep.equal([]);
  });

  it('are differentiated', () => {
    expect(agreeing(rows)).to.be.at.least(leastAgreeing);
  });
});

/** The tests; `null`, with a sentence on the terminal, if they are not here and cannot be fetched. */
function foldersOrNull(): readonly string[] | null {
  try {
    return testFolders();
  } catch (error) {
    if (!(error instanceof NoTests)) throw error;
    console.warn(`    ONNX’s own tests are skipped: ${error.message} to \`npm run backend\``);
    return null;
  }
}
