import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, totalmem } from 'node:os';
import * as v from 'valibot';

/** Where results were measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly gigabytes: number;
  readonly system: string;
  /** Versions by name: Node.js, ONNX Runtime and the peers. */
  readonly versions: Readonly<Record<string, string>>;
}

export function machineOf(peers: Readonly<Record<string, string>>): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model ?? arch(),
    cores: processors.length,
    gigabytes: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    versions: { 'Node.js': process.versions.node, 'onnxruntime-node': runtimeVersion(), ...peers },
  };
}

/** One line that tells the machine and the versions. */
export function machineLine({ cpu, cores, gigabytes, system, versions }: Machine): string {
  const known = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${cpu}, ${cores} cores, ${gigabytes} GiB, ${system}; ${known.join(', ')}`;
}

export function runtimeVersion(): string {
  const file = createRequire(import.meta.url).resolve('onnxruntime-node/package.json');
  return v.parse(v.object({ version: v.string() }), JSON.parse(readFileSync(file, 'utf8'))).version;
}
