// The studio's sample pictures: photographs (with a list of their sources), and scenes that the demo's scripts render.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const scenes = join(root, 'scripts/demo/scenes');
const cache = join(root, 'node_modules/.cache/oneiros-studio');

/**
 * A sample is `for` a tab if it is a good style there, or if a shipped network, its `model`, was trained on similar
 * pictures.
 */
const samples = [
  { name: 'A cat', photograph: 'cat' },
  { name: 'A coffee', photograph: 'coffee' },
  { name: 'An astronaut', photograph: 'astronaut' },
  { name: 'A rose window', scene: 'stained-glass', for: 'style' },
  { name: 'A blood smear', scene: 'blood-smear', for: 'detect', model: 'fasterrcnn-cells.onnx' },
  { name: 'Nerve tissue', scene: 'membranes', for: 'segment', model: 'unet-membrane.onnx' },
];

/** The samples with their files. Renders missing scenes, which takes a few seconds once. */
export function sampleFiles() {
  const rendered = renderedScenes();
  return samples.map(({ name, photograph, scene, for: task = null, model = null }) => {
    const file = scene
      ? join(rendered, `${scene}.jpg`)
      : join(root, `scripts/demo/photographs/${photograph}.jpg`);
    return { name, for: task, model, file, url: `samples/${basename(file)}` };
  });
}

/** The folder of the rendered scenes; its name changes when the code that renders them changes. */
function renderedScenes() {
  const folder = join(cache, digest());
  if (existsSync(folder)) return folder;
  console.log('Rendering sample pictures …');
  mkdirSync(cache, { recursive: true });
  const unfinished = mkdtempSync(join(cache, 'unfinished-'));
  const names = samples.flatMap(({ scene = [] }) => scene);
  const args = [
    '--no-warnings',
    '--import',
    './scripts/ts.mjs',
    join(scenes, 'render.ts'),
    unfinished,
    ...names,
  ];
  try {
    execFileSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
    renameSync(unfinished, folder);
  } catch (error) {
    rmSync(unfinished, { recursive: true });
    // Another build may have finished first.
    if (!existsSync(folder)) throw error;
  }
  return folder;
}

function digest() {
  const hash = createHash('sha256').update(JSON.stringify(samples));
  for (const name of readdirSync(scenes).sort()) hash.update(name).update(readFileSync(join(scenes, name)));
  return hash.digest('hex').slice(0, 16);
}
