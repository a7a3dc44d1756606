// Checks the imports in lib, types included: floors, cycles, and that modules for pages do not use Node. A name with #
// leads to one module for Node and one for browsers (lib/package.json); both are checked, one after the other.
import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { resolve } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

// Each floor imports only from the floors before it; floors in one row do not import each other.
const floors = [
  ['base'],
  ['svg'],
  ['tensor'],
  ['files'],
  ['image'],
  ['labels'],
  ['onnx'],
  ['autodiff'],
  ['runtime'],
  ['gradients'],
  ['optim'],
  ['weights'],
  ['models'],
  ['metrics'],
  ['networks'],
  ['tasks'],
  ['train'],
  ['api', 'cli', 'studio'],
];

const rules = [
  ...floors.flatMap((row, i) =>
    row.map((floor) => ({
      name: `lib/${floor} imports only from floors below it: see scripts/imports.mjs`,
      from: { path: `^lib/${floor}/` },
      to: {
        path: `^lib/(?:${[...floors.slice(i).flat(), '[^/]+[.]ts$'].filter((name) => name !== floor).join('|')})`,
      },
    })),
  ),
  {
    name: 'files must not import each other in a circle: move the shared part, often a type, to a file below them',
    from: {},
    to: { circular: true },
  },
  {
    name: 'only lib/runtime imports ONNX Runtime',
    from: { pathNot: '^lib/runtime/' },
    to: { path: 'node_modules/onnxruntime-' },
  },
  { name: 'no such module', from: {}, to: { couldNotResolve: true } },
];

const inBrowsers = {
  name: 'pages load this, but browsers have no Node: import its twin by a # name of lib/package.json',
  from: { path: '^lib/(?:api/[^/]+|runtime/web/worker-entry|studio/main|studio/worker/worker)[.]ts$' },
  to: { path: `^(?:node:)?(?:${builtinModules.join('|')})(?:/|$)`, reachable: true },
};

const { imports } = JSON.parse(readFileSync('lib/package.json', 'utf8'));
const complaints = new Set();
await check('default', rules);
await check('browser', [...rules, inBrowsers]);
for (const complaint of complaints) console.error(complaint);
if (complaints.size > 0) process.exitCode = 1;

async function check(platform, forbidden) {
  const twins = Object.entries(imports).map(([name, paths]) => [
    name,
    resolve('lib', paths[platform].replace(/\.js$/, '.ts')),
  ]);
  const { output } = await cruise(
    ['lib'],
    {
      ruleSet: { forbidden },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: { path: 'node_modules' },
    },
    {
      alias: Object.fromEntries(twins),
      conditionNames: ['import', platform === 'browser' ? 'browser' : 'node', 'default'],
      exportsFields: ['exports'],
      bustTheCache: true,
    },
    { tsConfig: extractTSConfig('tsconfig.json') },
  );
  for (const { rule, from, to, cycle = [], via = [] } of output.summary.violations) {
    // A twin that imports types from the other one by their common name seems to import itself.
    if (from === to) continue;
    const path = [...cycle, ...via].map(({ name }) => name);
    complaints.add(`${from} → ${path.length > 0 ? path.join(' → ') : to}\n  ${rule.name}`);
  }
}
