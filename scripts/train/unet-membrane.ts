// The model onnx-models/unet-membrane.onnx: `npm run train:unet-membrane -- [--data FOLDER] [--out FILE]` trains it on
// the first 25 of the 30 pictures of ISBI 2012 (FOLDER/image and FOLDER/label, 0.png … 29.png) and evaluates it on the
// others. It runs `oneiros train unet` with these options, and passes further ones on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const root = join(dirname(import.meta.dirname), '..');
const defaults = {
  data: process.env['ONEIROS_MEMBRANE'] ?? join(root, '../shared/data/membrane/train'),
  out: join(root, 'onnx-models/unet-membrane.onnx'),
};
const { values } = parseArgs({
  strict: false,
  options: { data: { type: 'string', default: defaults.data } },
});
const data = String(values['data']);
if (!existsSync(join(data, 'image'))) {
  console.error(
    `there are no pictures in ${join(data, 'image')}: give the ISBI 2012 pictures with --data FOLDER, or with the environment ` +
      'variable ONEIROS_MEMBRANE; FOLDER has image/ and label/ with 0.png … 29.png',
  );
  process.exit(2);
}
const recipe = ['--classes', 'cell=255,membrane=0', '--validation', '5', '--steps', '500', '--seed', '0'];
const loader = ['--no-warnings', '--import', './scripts/ts.mjs', 'lib/cli/main.ts'];
const places = ['--data', data, '--out', defaults.out];
// If an option is given twice, the last one counts.
const args = [...loader, 'train', 'unet', ...places, ...recipe, ...process.argv.slice(2)];
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit', cwd: root }).status ?? 1);
