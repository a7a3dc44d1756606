import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';
import * as v from 'valibot';

/** Where results were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly gigabytes: number;
  readonly system: string;
  /** How many threads wanted to run on it in the minute before this program began; 0 on Windows. */
  readonly load: number;
  /** Versions by name: Node.js, ONNX Runtime and the peers. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Taken before this program is a part of it. */
const [load = 0] = loadavg();

export function machineOf(peers: Readonly<Record<string, string>>): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? arch(),
    cores: processors.length,
    gigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    load,
    versions: { 'Node.js': process.versions.node, 'onnxruntime-node': runtimeVersion(), ...peers },
  };
}

/** One line that tells the machine and the versions. */
export function machineLine({ cpu, cores, gigabytes, system, load: before, versions }: Machine): string {
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const machine = `${cpu}, ${cores} cores, ${gigabytes} GiB, ${system}, load ${before.toFixed(1)} before the run`;
  return `${machine}; ${known.join(', ')}`;
}

export function runtimeVersion(): string {
  const file = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return v.parse(v.object({ version: v.string() }), JSON.parse(readFileSync(file, 'utf8'))).version;
}
