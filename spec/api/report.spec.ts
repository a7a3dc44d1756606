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

  it('agree with the reports in spec/api, which `npm run api` writes', () => {
    for (const [entry, text] of report.texts)
      expect(text, entry).to.equal(readFileSync(reportPath(entry), 'utf8'));
  });

  it('come with every type in their signatures', () => {
    expect(report.forgotten).to.deep.equal([]);
  });
});

describe('the options of tasks', () => {
  it('are documented with text, default and range, which `npm run api` writes from the tables', async () => {
    for (const [path, text] of await documentedFiles())
      expect(readFileSync(path, 'utf8'), path).to.equal(text);
  });
});
