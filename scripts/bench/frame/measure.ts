import type { Bench } from './bench.js';
import type { Case, Sample } from './case.js';
import { median, pairedRatio, relativeDifference } from './statistics.js';

/** The results of one case. */
export interface Row {
  readonly name: string;
  readonly size?: number;
  readonly unit: string;
  /** All values of each contender by its name, this library first; equal indices belong to one round. */
  readonly values: Readonly<Record<string, readonly number[]>>;
  readonly medians: Readonly<Record<string, number>>;
  /** This library's values divided by those of each other contender. */
  readonly ratios: Readonly<Record<string, number>>;
  /** The largest relative difference of this library's figures from any other's; `null` if none were compared. */
  readonly difference: number | null;
}

const usualRounds = 7;
const quickRounds = 3;

/**
 * Measures a case: all contenders run in turn in each round. The first round warms up and does not count.
 * @throws Error if the contenders computed different results, or the median is over the case's limit
 */
export async function measure(given: Case, bench: Bench): Promise<Row> {
  const { quick, rounds = Math.min(given.rounds ?? usualRounds, quick ? quickRounds : Infinity) } =
    bench.options;
  const contenders = await given.open(bench);
  try {
    const samples = new Map(contenders.map(({ name }) => [name, new Array<Sample>()]));
    for (let round = 0; round <= rounds; round++)
      for (const each of contenders) {
        if (round === 0 && each.isWarm === true) continue;
        const sample = await each.run();
        if (round > 0) samples.get(each.name)!.push(sample);
      }
    const row = rowOf(given, samples);
    const ours = median(Object.values(row.values)[0] ?? []);
    if (ours > (given.limit ?? Infinity))
      throw new Error(`the median is ${ours.toFixed(1)} ${row.unit}, over the limit of ${given.limit ?? ''}`);
    return row;
  } finally {
    for (const each of contenders) await each[Symbol.asyncDispose]();
  }
}

function rowOf(given: Case, samples: ReadonlyMap<string, readonly Sample[]>): Row {
  const values = new Map([...samples].map(([name, list]) => [name, list.map(({ value }) => value)]));
  const [ours = [], ...others] = [...values.values()];
  const names = [...values.keys()].slice(1);
  return {
    name: given.name,
    ...(given.size !== undefined && { size: given.size }),
    unit: given.unit ?? 'ms',
    values: Object.fromEntries(values),
    medians: Object.fromEntries([...values].map(([name, list]) => [name, median(list)])),
    ratios: Object.fromEntries(names.map((name, i) => [name, pairedRatio(ours, others[i] ?? [])])),
    difference: differenceOf(given, samples),
  };
}

function differenceOf(given: Case, samples: ReadonlyMap<string, readonly Sample[]>): number | null {
  const [[, ours = []] = [], ...others] = samples;
  const figures = ours.at(-1)?.figures ?? [];
  const differences = others.flatMap(([name, theirs]) => {
    const expected = theirs.at(-1)?.figures ?? [];
    if (figures.length === 0 || expected.length === 0) return [];
    const difference = relativeDifference(figures, expected);
    if (!(difference <= (given.tolerance ?? 1e-3)))
      throw new Error(
        `${given.name}: the results differ: ${figures.join(', ')}; those of ${name} are ${expected.join(', ')}`,
      );
    return [difference];
  });
  return differences.length === 0 ? null : Math.max(...differences);
}
