// `npm run demo`: what the library does, on pictures that come with it, into demo-out/ with a page to look at it.
// The networks' weights are not part of the repository yet; they are looked for in ../shared/weights.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { dream, GoogLeNet, readImage, style, VGG19, writeImage, type Image } from '../../lib/index.js';
import { createTerminal } from '../../lib/cli/terminal.js';
import { writeFileAtomic } from '../../lib/files/write.js';
import { galleryPage, type Exhibit } from './gallery.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const photographs = join(root, 'scripts/demo/photographs');
const out = join(root, 'demo-out');
const weights = join(root, '../shared/weights');

const needed = { googlenet: 'googlenet.safetensors', vgg: 'vgg19-slim16x/5SE.pth' };
const missing = Object.values(needed).filter((file) => !existsSync(join(weights, file)));
if (missing.length > 0) {
  console.error(`The demo needs ${missing.join(' and ')} in ${weights}, where there is no such file.`);
  process.exit(1);
}

const terminal = createTerminal();
const { signal } = terminal;
await mkdir(out, { recursive: true });
const cat = await readImage(join(photographs, 'cat.jpg'));
const coffee = await readImage(join(photographs, 'coffee.jpg'));

const exhibits: Exhibit[] = [];
for (const make of [classifyCoffee, dreamOfCat, paintCat]) {
  const began = performance.now();
  exhibits.push({ ...(await make()), seconds: (performance.now() - began) / 1000 });
}
await writeFileAtomic(join(out, 'index.html'), new TextEncoder().encode(galleryPage(exhibits)));
terminal.close();
console.log(`Done: open ${join(out, 'index.html')}`);

type Made = Omit<Exhibit, 'seconds'>;

async function classifyCoffee(): Promise<Made> {
  await using network = await GoogLeNet.load(join(weights, needed.googlenet));
  const labels = await network.classify(coffee, { top: 3, signal });
  await save('coffee.jpg', coffee);
  return {
    title: 'A label',
    pictures: ['coffee.jpg'],
    text: labels.map(({ name, probability }) => `${name} ${(100 * probability).toFixed(1)} %`).join(' · '),
    command: 'npx oneiros classify coffee.jpg --model googlenet --weights googlenet.safetensors',
    code: `await using network = await GoogLeNet.load('googlenet.safetensors');
const labels = await network.classify(await readImage('coffee.jpg'), { top: 3 });`,
  };
}

async function dreamOfCat(): Promise<Made> {
  await using network = await GoogLeNet.load(join(weights, needed.googlenet));
  const layers = { 'inception_4c/output': 1 };
  const progress = terminal.progress(40, 'dream');
  let last: Image = cat;
  for await (const step of dream(network, cat, { layers, signal })) {
    progress.update(step.done);
    if (step.done === step.total || signal.aborted) last = step.image;
  }
  progress.stop();
  await save('cat.jpg', cat);
  await save('cat-dream.png', last);
  return {
    title: 'A dream',
    pictures: ['cat.jpg', 'cat-dream.png'],
    text: 'DeepDream on inception_4c/output: 4 octaves of 10 steps.',
    command:
      'npx oneiros dream cat.jpg -o cat-dream.png --model googlenet --weights googlenet.safetensors --layer inception_4c/output',
    code: `for await (const step of dream(network, cat, { layers: { 'inception_4c/output': 1 } })) picture = step.image;
await writeImage('cat-dream.png', picture);`,
  };
}

async function paintCat(): Promise<Made> {
  const slim = await VGG19.load(join(weights, needed.vgg));
  const iterations = 100;
  const progress = terminal.progress(iterations, 'style');
  let last: Image = cat;
  for await (const step of style(slim, cat, [coffee], { size: 448, iterations, signal })) {
    progress.update(step.done);
    last = step.image;
  }
  progress.stop();
  await slim.dispose();
  await save('cat-coffee.png', last);
  return {
    title: 'A style',
    pictures: ['cat.jpg', 'coffee.jpg', 'cat-coffee.png'],
    text: 'The cat, painted as the coffee is.',
    command: 'npx oneiros style cat.jpg coffee.jpg -o cat-coffee.png --model vgg19-slim16x --weights 5SE.pth',
    code: `for await (const step of style(network, cat, [coffee])) picture = step.image;
await writeImage('cat-coffee.png', picture);`,
  };
}

async function save(name: string, picture: Image): Promise<void> {
  await writeImage(join(out, name), picture);
}
