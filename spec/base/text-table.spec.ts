import { expect } from 'chai';

import { textTable } from '../../lib/base/text-table.js';

describe('a text table', () => {
  it('aligns its columns, numbers to the right, without trailing spaces', () => {
    const rows = [
      ['name', 'count', 'unit'],
      ['a', '1000', ''],
    ];
    expect(textTable(rows, 1)).to.deep.equal(['name  count  unit', 'a      1000']);
    expect(textTable(rows)).to.deep.equal(['name  count  unit', 'a     1000']);
    expect(textTable([])).to.deep.equal([]);
  });
});
