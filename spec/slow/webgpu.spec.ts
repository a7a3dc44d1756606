import type { Page } from 'playwright-core';

import { agreesWithNode } from '../browser/agreement.js';
import { requireChromium, startWorkbench, type Workbench } from '../browser/harness.js';

// A GPU in software takes a minute for these, so they run apart from the other specs.
describe('oneiros in a browser, on WebGPU', function () {
  this.timeout(600_000);
  let bench: Workbench;
  let page: Page;
  before(async function () {
    bench = await startWorkbench(requireChromium(this));
    page = await bench.open();
  });
  after(() => bench[Symbol.asyncDispose]());

  agreesWithNode('webgpu', () => page);
});
