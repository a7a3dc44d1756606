// ONNX's backend tests: models of one operator each, with inputs. They are in the Python package `onnx`, whose file
// (a zip) is fetched once with pip and kept in artifacts/backend, or given with `--wheel`.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/** The newest version whose package contains the models. */
const version = '1.22.0';
const sha256 = '1d0a2bdb15eb2b3cb65c438f3423d9620d14fdce32f92380e6bb1b2e09568ef5';
const cache = join(import.meta.dirname, '../../artifacts/backend');
const inside = 'onnx/backend/test/data/';
/** The other folders hold networks whose weights are elsewhere. */
const groups = ['node', 'simple', 'pytorch-converted', 'pytorch-operator'];

/** The package cannot be fetched: there is no Python, no pip or no network. */
export class NoTests extends Error {
  constructor() {
    super(`pip cannot fetch onnx ${version}; pass its manylinux x86-64 file for Python 3.11 with --wheel`);
  }
}

/**
 * The folders of all tests, sorted by name; each has `model.onnx` and `test_data_set_0`.
 * @param tests a folder with other tests, in groups like those of the package
 * @throws NoTests if they are not here and cannot be fetched
 */
export function testFolders({ wheel, tests }: { wheel?: string; tests?: string } = {}): readonly string[] {
  const root = tests ?? join(cache, `onnx-${version}`);
  if (!existsSync(root)) {
    if (tests !== undefined) throw new Error(`there is no folder ${tests}`);
    unpack(readWheel(wheel), root);
  }
  return groups
    .map((group) => join(root, group))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .toSorted()
        .map((name) => join(folder, name)),
    );
}

function readWheel(given: string | undefined): Buffer {
  const bytes = readFileSync(given ?? fetchWheel());
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`the package has the SHA-256 ${found}, not ${sha256}`);
  return bytes;
}

/** Any platform's file has the same tests; this one's hash is known. */
function fetchWheel(): string {
  mkdirSync(cache, { recursive: true });
  const platform = [
    '--platform',
    'manylinux_2_28_x86_64',
    '--implementation',
    'cp',
    '--python-version',
    '3.11',
  ];
  const choice = ['--no-deps', '--only-binary', ':all:', ...platform, '--dest', cache];
  const pip = ['-m', 'pip', 'download', '--quiet', ...choice, `onnx==${version}`];
  const { status } = spawnSync('python3', pip, { stdio: 'inherit' });
  const file = readdirSync(cache).find(
    (name) => name.startsWith(`onnx-${version}-`) && name.endsWith('.whl'),
  );
  if (status !== 0 || file === undefined) throw new NoTests();
  return join(cache, file);
}

function unpack(zip: Buffer, root: string): void {
  try {
    for (const { name, bytes } of entriesOf(zip)) {
      if (!name.startsWith(inside) || name.endsWith('/') || name.includes('..')) continue;
      const path = join(root, name.slice(inside.length));
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes());
    }
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

/** The entries of a zip file without zip64 records. */
function* entriesOf(zip: Buffer): Generator<{ readonly name: string; readonly bytes: () => Buffer }> {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  const count = zip.readUInt16LE(end + 10);
  let at = zip.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    const [method, packed] = [zip.readUInt16LE(at + 10), zip.readUInt32LE(at + 20)];
    const [nameLength, header] = [zip.readUInt16LE(at + 28), zip.readUInt32LE(at + 42)];
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const data = zip.subarray(start, start + packed);
    yield { name, bytes: () => (method === 0 ? data : inflateRawSync(data)) };
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}
