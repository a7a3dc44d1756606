import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { messageOf } from '../../../lib/base/errors.js';
import { prepareOutputs, writeFileAtomic } from '../../../lib/files/write.js';
import { Bench } from './bench.js';
import type { Case } from './case.js';
import { curvesOf, curveSvg } from './curve.js';
import { type Machine, machineLine, machineOf } from './machine.js';
import { measure, type Row } from './measure.js';
import { type BenchOptions, parseOptions } from './options.js';
import { profileTable } from './profile.js';
import { withTable } from './readme.js';
import { resultTable, titleOf } from './table.js';

/** The results of a suite, as `--json` writes them. */
export interface SuiteResults {
  readonly suite: string;
  readonly title: string;
  readonly threads: number;
  readonly machine: Machine;
  readonly rows: readonly Row[];
  /** What is missing, and why. */
  readonly notes: readonly string[];
}

const readme = join(import.meta.dirname, '../README.md');
const artifacts = join(import.meta.dirname, '../../../artifacts/bench');

/**
 * Runs the cases of a suite, as the options on the command line state, and prints the results. The suite has the name
 * of the program's file. A case that fails sets the exit code; the others still run.
 */
export async function runSuite(title: string, cases: readonly Case[]): Promise<void> {
  const suite = basename(process.argv[1] ?? '', '.ts');
  const options = parseOptions(suite, process.argv.slice(2));
  const { quick, only = '', profile, json } = options;
  if (json !== undefined) await prepareOutputs([json]);
  const chosen = cases.filter((each) => (!quick || each.quick === true) && titleOf(each).includes(only));
  if (chosen.length === 0) {
    console.error(`${suite} has no such case`);
    return;
  }
  await using bench = await Bench.open(options);
  if (profile) await printProfiles(chosen, bench);
  else await report(suite, title, await measureAll(chosen, bench), bench);
}

async function measureAll(cases: readonly Case[], bench: Bench): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const each of cases) {
    console.error(`${titleOf(each)} …`);
    try {
      const row = await measure(each, bench);
      // A case without contenders has left a note.
      if (Object.keys(row.values).length > 0) rows.push(row);
    } catch (error) {
      bench.notes.add(`failed: ${titleOf(each)}: ${messageOf(error)}`);
      process.exitCode = 1;
    }
  }
  return rows;
}

async function printProfiles(cases: readonly Case[], bench: Bench): Promise<void> {
  for (const each of cases) console.log([titleOf(each), ...(await profileTable(each, bench)), ''].join('\n'));
  for (const note of bench.notes) console.log(note);
}

async function report(suite: string, title: string, rows: readonly Row[], bench: Bench): Promise<void> {
  const { options, versions, notes } = bench;
  const { threads } = options;
  const machine = machineOf(versions);
  const results: SuiteResults = { suite, title, threads, machine, rows, notes: [...notes] };
  const lines = resultLines(results);
  console.log(lines.join('\n'));
  await writeResults(results, lines, options);
}

function resultLines({ title, threads, machine, rows, notes }: SuiteResults): readonly string[] {
  return [
    `${title} (÷: this library's time divided by the other's, median of rounds)`,
    ...resultTable(rows),
    ...notes,
    `${threads} threads; ${machineLine(machine)}`,
    '',
  ];
}

async function writeResults(
  results: SuiteResults,
  lines: readonly string[],
  { json, readme: isForReadme }: BenchOptions,
): Promise<void> {
  const write = (path: string, text: string) => writeFileAtomic(path, new TextEncoder().encode(text));
  for (const [name, points] of curvesOf(results.rows)) {
    await mkdir(artifacts, { recursive: true });
    const file = join(artifacts, `${name.replace(/[^\w.-]+/g, '-')}.svg`);
    await write(file, curveSvg(name, points));
    console.log(`curve: ${file}\n`);
  }
  if (json !== undefined) await write(json, `${JSON.stringify(results, null, 2)}\n`);
  if (isForReadme) await write(readme, withTable(await readFile(readme, 'utf8'), results.suite, lines));
}
