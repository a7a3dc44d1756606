// The public names of each entry. `npm run api` writes them to spec/api, and a spec compares them.
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'lib', 'api');

/** The file with the report of an entry. */
export function reportPath(entry: string): string {
  return join(root, 'spec', 'api', `${entry}.api.md`);
}

/** The declarations of the package's entries, as TypeScript writes them to .d.ts files. */
export interface ApiReport {
  /** The declarations of each entry, by name, without comments. */
  readonly texts: ReadonlyMap<string, string>;
  /** Types in public signatures that no entry exports, as `Name (in where)`. */
  readonly forgotten: readonly string[];
}

export async function apiReport(): Promise<ApiReport> {
  const program = declarations();
  const checker = program.getTypeChecker();
  const files = readdirSync(folder).map((file) => basename(file, '.ts'));
  const exportsOf = (entry: string) => {
    const file = program.getSourceFile(join(folder, `${entry}.d.ts`));
    const symbol = file && checker.getSymbolAtLocation(file);
    return symbol === undefined ? [] : checker.getExportsOfModule(symbol);
  };
  const isPublic = new Set<ts.Symbol>();
  const parts = files.map(
    (entry) => [entry, exportsOf(entry).flatMap((symbol) => declared(symbol, ''))] as const,
  );
  function declared(symbol: ts.Symbol, prefix: string): readonly Declared[] {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    if (target.flags & ts.SymbolFlags.ValueModule)
      return checker.getExportsOfModule(target).flatMap((item) => declared(item, `${prefix}${symbol.name}.`));
    isPublic.add(target);
    return [{ name: prefix + symbol.name, target }];
  }
  const forgotten = new Set<string>();
  for (const [, symbols] of parts)
    for (const { name, target } of symbols)
      for (const declaration of target.declarations ?? [])
        eachReference(declaration, (node) => {
          const found = checker.getSymbolAtLocation(node);
          if (found === undefined) return;
          const used = found.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(found) : found;
          if (isOurs(used) && !isPublic.has(used)) forgotten.add(`${used.name} (in ${name})`);
        });
  const texts = new Map<string, string>();
  for (const [entry, symbols] of parts) texts.set(entry, await textOf(entry, symbols));
  return { texts, forgotten: [...forgotten].sort() };
}

interface Declared {
  readonly name: string;
  readonly target: ts.Symbol;
}

/** A TypeScript program of the declaration files that are generated from the sources. */
function declarations(): ts.Program {
  const config = ts.getParsedCommandLineOfConfigFile(
    join(root, 'lib', 'tsconfig.json'),
    {},
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
        throw new Error(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'));
      },
    },
  );
  const options: ts.CompilerOptions = {
    ...config?.options,
    outDir: join(root, 'lib'),
    sourceMap: false,
    inlineSources: false,
  };
  const entries = readdirSync(folder).map((file) => join(folder, file));
  const sources = ts.createProgram(entries, options);
  const written = new Map<string, string>();
  sources.emit(undefined, (path, text) => written.set(path, text), undefined, true);
  const base = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...base,
    fileExists: (path) => written.has(path) || (!isSource(path) && base.fileExists(path)),
    readFile: (path) => written.get(path) ?? base.readFile(path),
    getSourceFile: (path, language, ...rest) => {
      const text = written.get(path);
      return text === undefined
        ? base.getSourceFile(path, language, ...rest)
        : ts.createSourceFile(path, text, language, true);
    },
  };
  return ts.createProgram(
    entries.map((entry) => entry.replace(/\.ts$/, '.d.ts')),
    {
      ...config?.options,
      noEmit: true,
      declaration: false,
      sourceMap: false,
      inlineSources: false,
      stripInternal: false,
    },
    host,
  );
}

function isSource(path: string): boolean {
  return path.startsWith(join(root, 'lib')) && path.endsWith('.ts') && !path.endsWith('.d.ts');
}

/** Whether the library declares the name at the top level of a file. */
function isOurs({ declarations = [], flags }: ts.Symbol): boolean {
  if (flags & (ts.SymbolFlags.TypeParameter | ts.SymbolFlags.ValueModule)) return false;
  return declarations.some((declaration) => {
    const { fileName } = declaration.getSourceFile();
    return fileName.startsWith(join(root, 'lib')) && !ts.isImportSpecifier(declaration) && isTop(declaration);
  });
}

function isTop(node: ts.Node): boolean {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node);
}

/** Every name that refers to a type. */
function eachReference(node: ts.Node, tell: (name: ts.Node) => void): void {
  if (ts.isTypeReferenceNode(node)) tell(node.typeName);
  if (ts.isExpressionWithTypeArguments(node)) tell(node.expression);
  if (ts.isImportTypeNode(node) && node.qualifier !== undefined) tell(node.qualifier);
  ts.forEachChild(node, (child) => eachReference(child, tell));
}

const printer = ts.createPrinter({ removeComments: true });

async function textOf(entry: string, symbols: readonly Declared[]): Promise<string> {
  const blocks = symbols
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(({ name, target }) => (target.declarations ?? []).map((node) => `// ${name}\n${printed(node)}`));
  const title = entry === 'index' ? 'oneiros' : `oneiros/${entry}`;
  const text = `# The public names of \`${title}\`\n\n\`npm run api\` writes this file.\n\n\`\`\`ts\n${blocks.join('\n\n')}\n\`\`\`\n`;
  return format(text, { ...(await resolveConfig(join(root, 'README.md'))), parser: 'markdown' });
}

function printed(node: ts.Node): string {
  const whole = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  return printer
    .printNode(ts.EmitHint.Unspecified, whole, whole.getSourceFile())
    .replaceAll(/import\("[^"]*"\)\./g, '')
    .replace(/^export (declare )?/, '');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  for (const [entry, text] of (await apiReport()).texts) writeFileSync(reportPath(entry), text);
