// ONNX's own tests of operators through the library: `npm run backend -- --filter resize`.
import { writeFileSync } from 'node:fs';
import { Command } from 'commander';

import { checkAll } from './supervise.js';
import { agreeing, tableOf } from './table.js';
import { testFolders } from './wheel.js';

const options = new Command('backend')
  .option('--filter <text>', 'only tests whose name contains this')
  .option('--wheel <file>', 'the Python package, instead of fetching it with pip')
  .option('--tests <folder>', 'other tests, such as those that a newer version of the package generates')
  .option('--processes <n>', 'how many run at once', Number, 1)
  .option('--json <file>', 'where to write all rows')
  .parse()
  .opts<{ filter?: string; wheel?: string; tests?: string; processes: number; json?: string }>();

const folders = testFolders(options).filter((folder) => folder.includes(options.filter ?? ''));
const rows = await checkAll(folders, options.processes, (done) => {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${folders.length}`);
});
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(rows, null, 1));
console.log(tableOf(rows));
console.log(`\n${(100 * agreeing(rows)).toFixed(1)} % of the models with a differentiable path agree`);
