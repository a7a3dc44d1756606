// Compares this library with @jax-js/onnx: which ONNX operators each has, and gradients of architectures side by side.
// Writes docs/beside-jax-js.md.
//
//   npm install --prefix PEER @jax-js/onnx @jax-js/jax
//   node --no-warnings --import ./scripts/ts.mjs scripts/reference/jax-js.mjs PEER EXPORTS
//
// EXPORTS is the folder of scripts/reference/architectures/run.py, whose results are this library's side. jax-js runs in
// WebAssembly here, as it does in browsers without WebGPU; each model in its own process.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const models = [
  'torchvision/resnet18',
  'torchvision/squeezenet1_1',
  'torchvision/mobilenet_v2',
  'torchvision/shufflenet_v2_x0_5',
  'torchvision/googlenet',
  'torchvision/regnet_x_400mf',
  'timm/deit_tiny_distilled_patch16_224',
  'timm/eva02_tiny_patch14_224',
  'timm/convnext_zepto_rms',
  'timm/mobilevitv2_050',
];

/** What these return are integers or truth values, where every path ends. */
const withoutFloats = new Set([
  'BitShift',
  'BitwiseAnd',
  'BitwiseNot',
  'BitwiseOr',
  'BitwiseXor',
  'OptionalHasElement',
]);

/** What is put into lists and taken from them: lib/onnx/passes/plain-sequences.ts. */
const ofLists = new Set([
  'ConcatFromSequence',
  'Optional',
  'OptionalGetElement',
  'SequenceAt',
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceErase',
  'SequenceInsert',
  'SplitToSequence',
]);

const [peer, folder, home, name] = process.argv.slice(2);
if (home !== undefined) await runPeer(home, name);
else await writePage();

async function writePage() {
  const text = [
    '# Beside jax-js',
    '',
    `Written by \`scripts/reference/jax-js.mjs\` on ${new Date().toISOString().slice(0, 10)}, with @jax-js/onnx ${versionOf('onnx')} and @jax-js/jax ${versionOf('jax')} (MIT).`,
    '',
    '[jax-js](https://github.com/ekzhang/jax-js) is the nearest relative: its loader runs ONNX models in JavaScript and differentiates them while they run. oneiros writes the gradient as another ONNX file, which every runtime of ONNX can run.',
    '',
    '## Operators',
    '',
    ...(await operators()),
    '',
    '## Gradients side by side',
    '',
    ...sideBySide(),
    '',
  ];
  writeFileSync(new URL('../../docs/beside-jax-js.md', import.meta.url), text.join('\n'));
}

function versionOf(part) {
  return JSON.parse(readFileSync(join(peer, 'node_modules/@jax-js', part, 'package.json'), 'utf8')).version;
}

/** The names in the table from which jax-js takes an operator's implementation. */
function peerOperators() {
  const source = readFileSync(join(peer, 'node_modules/@jax-js/onnx/dist/index.js'), 'utf8');
  const table = /var ops_exports = [^{]*\{([\s\S]*?)\n\}\);/.exec(source)[1];
  return new Set([...table.matchAll(/^\s+(\w+): /gm)].map(([, op]) => op));
}

async function operators() {
  const { knownOperators } = await import('../../spec/autodiff/facets.js');
  const { rules } = await import('../../lib/autodiff/rules/families.js');
  const { noGradient } = await import('../../lib/autodiff/rules/rule.js');
  const { expansions } = await import('../../lib/autodiff/expansions/families.js');
  const { families: opsets } = await import('../../lib/onnx/opset/families.js');
  const parts = new Set(Object.values(opsets).flatMap((table) => Object.keys(table)));
  const theirs = peerOperators();

  const ours = (op) => {
    if (expansions.has(op)) return 'through its parts';
    if (rules[op] === noGradient || withoutFloats.has(op)) return 'no gradient by nature';
    if (rules[op] !== undefined) return 'rule';
    return parts.has(op) || ofLists.has(op) ? 'through its parts' : '';
  };
  const all = [
    ...new Set([
      ...knownOperators().keys(),
      ...expansions.keys(),
      ...Object.keys(rules),
      ...ofLists,
      ...theirs,
    ]),
  ]
    .filter((op) => !op.includes('.'))
    .toSorted();
  const rows = all
    .map((op) => [op, ours(op), theirs.has(op) ? '✓' : ''])
    .filter(([, own, their]) => own || their);
  const count = (test) => rows.filter(test).length;
  return [
    `oneiros differentiates ${count(([, own]) => own !== '' && own !== 'no gradient by nature')} operators of ai.onnx and lets ${count(([, own]) => own === 'no gradient by nature')} more pass, which have no gradient by nature; jax-js implements ${theirs.size}. ${count(([, own, their]) => own && !their)} are in oneiros alone, ${count(([, own, their]) => !own && their)} in jax-js alone.`,
    '',
    'oneiros: how the operator is differentiated. jax-js: ✓ if its loader has the operator, whose gradient follows from what it is made of.',
    '',
    '| Operator | oneiros | jax-js |',
    '| --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ];
}

function sideBySide() {
  const rows = [];
  const count = { oneiros: 0, theirs: 0 };
  for (const model of models) {
    const at = join(folder, model);
    const reference = readJson(join(at, 'reference.json'));
    for (const [exported, own] of Object.entries(readJson(join(at, 'results.json')) ?? {})) {
      if (exported !== 'torchscript-17' && exported !== 'dynamo-23') continue;
      const their = theirResult(at, exported);
      const { gradient: error } = reference.errors;
      rows.push([model, exported.replace('-', ', '), shown(own), shown(their), number(error)]);
      if (agrees(own.gradient, reference)) count.oneiros++;
      if (agrees(their.gradient, reference)) count.theirs++;
    }
  }
  return [
    `Ten networks from [the table of architectures](../scripts/reference/architectures/architectures.md), each from both of PyTorch's exporters (${rows.length} files). Within 1e-4 of PyTorch's gradient in float64 (or four times PyTorch's own error in float32) are ${count.oneiros} of oneiros and ${count.theirs} of jax-js. The figures are ‖g − g₆₄‖ / ‖g₆₄‖, or why there is none.`,
    '',
    "| Model | Exporter, set | oneiros | jax-js | PyTorch's float32 |",
    '| --- | --- | --- | --- | --- |',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ];
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** jax-js's result, computed once. */
function theirResult(at, exported) {
  const file = join(at, `jax-${exported}.json`);
  const known = readJson(file);
  if (known !== undefined) return known;
  const command = ['--max-old-space-size=4000', fileURLToPath(import.meta.url), peer, folder, at, exported];
  const { stdout, signal } = spawnSync(process.execPath, command, { encoding: 'utf8', timeout: 180_000 });
  const line = stdout.trim().split('\n').at(-1);
  const result = line?.startsWith('{')
    ? JSON.parse(line)
    : { failure: signal === null ? 'crashed' : 'took more than 180 s' };
  writeFileSync(file, JSON.stringify(result));
  return result;
}

/** Prints the result of one model in jax-js. */
async function runPeer(at, exported) {
  globalThis.navigator ??= { userAgent: 'node', hardwareConcurrency: 1 };
  const load = (part) =>
    import(pathToFileURL(join(peer, 'node_modules/@jax-js', part, 'dist/index.js')).href);
  const { defaultDevice, grad, init, numpy } = await load('jax');
  const { ONNXModel } = await load('onnx');
  const bytes = (file) => new Uint8Array(readFileSync(join(at, file)));
  const reference = readJson(join(at, 'reference.json'));
  let result;
  try {
    await init();
    defaultDevice('wasm');
    const model = new ONNXModel(bytes(`${exported}.onnx`));
    const [{ name: input }] = model.model.graph.input;
    const [{ name: output }] = model.model.graph.output;
    const array = (file, shape) => numpy.array(new Float32Array(bytes(file).buffer), { shape });
    const c = array('c.bin', reference.outputs[0]);
    const gradient = grad((x) => numpy.sum(model.run({ [input]: x })[output].mul(c.ref)))(
      array('x.bin', reference.input),
    );
    const found = await (await gradient).data();
    const expected = new Float64Array(bytes('gradient.bin').buffer);
    const norm = (value) => Math.sqrt(expected.reduce((sum, e, i) => sum + value(e, i) ** 2, 0));
    result = { gradient: norm((e, i) => found[i] - e) / norm((e) => e) };
  } catch (error) {
    result = { failure: String(error.message).replaceAll(/\s+/g, ' ').slice(0, 160) };
  }
  console.log(JSON.stringify(result));
  process.exit();
}

function agrees(error, { errors }) {
  return error <= Math.max(1e-4, 4 * errors.gradient);
}

function shown({ gradient, failure }) {
  return gradient === undefined || gradient === null
    ? failure.slice(0, 120).replaceAll('|', '/')
    : number(gradient);
}

function number(value) {
  return value.toExponential(0);
}
