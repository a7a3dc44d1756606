import eslint from '@eslint/js';
import importSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

// The house: each floor imports only from floors below it (same row: from each other's public files too).
const floors = [
  ['base'],
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

// What browsers have not. Modules that need it have a twin for browsers, and lib/package.json says which is whose.
const nodeOnly = {
  group: ['node:*', '**/files/read.js', '**/files/write.js', '**/files/within.js', '**/node/*.js'],
  message: 'Browsers have it not: import it as #… by the names in lib/package.json.',
};
const nodeFiles = ['lib/**/node/**/*.ts', 'lib/**/*.node.ts', 'lib/cli/**/*.ts', 'lib/files/*.ts'];

const floorRules = floors.flatMap((row, i) =>
  row.flatMap((floor) => {
    const patterns = [
      {
        group: floors.slice(i + 1).flatMap((above) => above.map((name) => `**/${name}/**`)),
        message: `lib/${floor} may import only from floors below it (see the list in .eslint.config.mjs).`,
      },
      ...(floor === 'runtime'
        ? []
        : [{ group: ['onnxruntime-*'], message: 'Only lib/runtime imports ONNX Runtime.' }]),
    ].filter((pattern) => pattern.group.length > 0);
    const files = [`lib/${floor}/**/*.ts`];
    const rule = (all) => ({ 'no-restricted-imports': ['error', { patterns: all }] });
    return [
      { files, ignores: nodeFiles, rules: rule([...patterns, nodeOnly]) },
      ...nodeFiles.map((some) => ({ files: [[`lib/${floor}/**/*.ts`, some]], rules: rule(patterns) })),
    ];
  }),
);

// A name from outside may be "constructor" or "__proto__", which every object has from Object.
const message = 'A record is read by a name from outside: use own(), Object.hasOwn or a Map.';
const ownProperties = {
  meta: { type: 'problem', schema: [] },
  create(context) {
    const { program, esTreeNodeToTSNodeMap } = context.sourceCode.parserServices;
    const checker = program.getTypeChecker();
    const isRecord = (node) => {
      const type = checker.getNonNullableType(checker.getTypeAtLocation(esTreeNodeToTSNodeMap.get(node)));
      return (type.types ?? [type]).some((part) => part.getStringIndexType() !== undefined);
    };
    const report = (node) => context.report({ node, message });
    return {
      'MemberExpression[computed=true]'(node) {
        if (node.property.type !== 'Literal' && isRecord(node.object)) report(node);
      },
      'BinaryExpression[operator="in"]'(node) {
        if (node.left.type !== 'Literal' && node.left.type !== 'PrivateIdentifier') report(node);
      },
      'ObjectPattern > Property[computed=true]': report,
    };
  },
};

export default tseslint.config(
  { ignores: ['dist', 'dist-studio', 'demo-out', 'lib/onnx/proto/onnx_pb.ts', '**/*.mjs', '**/*.cjs'] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // `data[i]!` inside a loop over `data` is the idiom for typed arrays under noUncheckedIndexedAccess.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: ['error', 'always'],
      'max-lines': ['warn', { max: 260, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ['lib/**/*.ts'],
    ignores: ['lib/base/own.ts'],
    plugins: { oneiros: { rules: { 'own-properties': ownProperties } } },
    rules: { 'oneiros/own-properties': 'error' },
  },
  // Casts live at the protobuf boundary alone.
  {
    files: ['lib/onnx/proto/**/*.ts'],
    rules: { '@typescript-eslint/consistent-type-assertions': 'off' },
  },
  ...floorRules,
  // One order of imports: packages, `#` names, other folders, this folder; `npm run format` puts them in it.
  {
    plugins: { imports: importSort },
    rules: {
      'imports/imports': [
        'error',
        { groups: [['^\\u0000'], ['^node:', '^@?\\w'], ['^#', '^\\.\\./', '^\\./']] },
      ],
    },
  },
  // chai's `expect(x).to.be.true` is an expression by design.
  {
    files: ['spec/**/*.ts'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off', 'max-lines': 'off' },
  },
);
