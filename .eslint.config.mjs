import eslint from '@eslint/js';
import importSort from 'eslint-plugin-simple-import-sort';
import tseslint from 'typescript-eslint';

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
