// The second half of `npm run proto`: writes lib/onnx/proto/messages.ts from the descriptors that buf has generated.
import { ScalarType, type DescEnum, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { file_onnx } from '../spec/onnx/onnx_pb.js';

/** Enumerations that somebody uses; of the others the numbers are enough. */
const enums = new Set(['AttributeProto_AttributeType', 'TensorProto_DataType', 'TensorProto_DataLocation']);

const scalars: Partial<Record<ScalarType, readonly [ours: string, typescript: string]>> = {
  [ScalarType.INT32]: ['int32', 'number'],
  [ScalarType.INT64]: ['int64', 'bigint'],
  [ScalarType.UINT64]: ['uint64', 'bigint'],
  [ScalarType.FLOAT]: ['float', 'number'],
  [ScalarType.DOUBLE]: ['double', 'number'],
  [ScalarType.STRING]: ['string', 'string'],
  [ScalarType.BYTES]: ['bytes', 'Uint8Array'],
};

function nameOf({ typeName }: DescMessage | DescEnum): string {
  return typeName.replace(/^onnx\./, '').replaceAll('.', '_');
}

/** A field's type, in the schema and in TypeScript. */
function typeOf(field: DescField): readonly [ours: string, typescript: string] {
  if (field.message) return [`${nameOf(field.message)}Schema`, nameOf(field.message)];
  if (field.enum) return ['int32', enums.has(nameOf(field.enum)) ? nameOf(field.enum) : 'number'];
  const scalar = scalars[field.scalar];
  if (!scalar) throw new Error(`${field.toString()} is of a type that ONNX did not use so far`);
  return scalar;
}

function standingOf(field: DescField): string {
  if (field.fieldKind === 'list') return field.packed ? ', packed' : ', list';
  return field.oneof ? `, oneof('${field.oneof.localName}')` : '';
}

function declared(member: DescMessage['members'][number]): string {
  if (member.kind === 'oneof') {
    const cases = member.fields.map(
      (field) => `    | { case: '${field.localName}'; value: ${typeOf(field)[1]} }\n`,
    );
    return `  ${member.localName}:\n${cases.join('')}    | { case: undefined; value?: undefined };\n`;
  }
  const [, type] = typeOf(member);
  if (member.fieldKind === 'list') return `  ${member.localName}: ${type}[];\n`;
  return member.message
    ? `  ${member.localName}?: ${type} | undefined;\n`
    : `  ${member.localName}: ${type};\n`;
}

function message(desc: DescMessage): string {
  const name = nameOf(desc);
  const fields = [...desc.fields].sort((a, b) => a.number - b.number);
  const rows = fields.map((field) => {
    const [type] = typeOf(field);
    const quoted = field.message ? type : `'${type}'`;
    return `  ${field.localName}: [${field.number}, ${quoted}${standingOf(field)}],\n`;
  });
  return (
    `export interface ${name} extends Message {\n${desc.members.map(declared).join('')}}\n` +
    `export const ${name}Schema: Schema<${name}> = /* @__PURE__ */ new Schema('${name}', () => ({\n${rows.join('')}}));\n`
  );
}

function enumeration(desc: DescEnum): string {
  const values = desc.values.map(({ localName, number }) => `  ${localName} = ${number},\n`);
  return `export enum ${nameOf(desc)} {\n${values.join('')}}\n`;
}

function all(desc: DescMessage): readonly string[] {
  const used = desc.nestedEnums.filter((nested) => enums.has(nameOf(nested)));
  return [message(desc), ...used.map(enumeration), ...desc.nestedMessages.flatMap(all)];
}

const text = [
  `// Written by scripts/proto.ts (\`npm run proto\`) from onnx.proto beside this file, which says what each field means.\n/* eslint max-lines: off -- a table */\nimport { list, oneof, packed, Schema, type Message } from './schema.js';\n`,
  ...file_onnx.messages.flatMap(all),
].join('\n');
writeFileSync(fileURLToPath(new URL('../lib/onnx/proto/messages.ts', import.meta.url)), text);
