import { readFileSync } from 'node:fs';
import { expect } from 'chai';

import { type ApiReport, apiReport, reportPath } from '../../scripts/api-report.js';
import { documentedFiles } from '../../scripts/option-docs.js';

describe('the public names', function () {
  this.timeout(300_000);
  let report: ApiReport;
  before(async () => {
    report = await apiReport();
  });

  it('are those of spec/api: `npm run api` writes them anew', () => {
    for (const [entry, text] of report.texts)
      expect(text, entry).to.equal(readFileSync(reportPath(entry), 'utf8'));
  });

  it('come with every type in their signatures', () => {
    expect(report.forgotten).to.deep.equal([]);
  });
});

describe('the options of tasks', () => {
  it('are shown with their text, default and range: `npm run api` writes them from the tables', async () => {
    for (const [path, text] of await documentedFiles())
      expect(readFileSync(path, 'utf8'), path).to.equal(text);
  });
});
