import { own } from '../own.js';
import { OneirosError } from '../errors.js';
import { arrange, type Arrangement } from './arrange.js';
import { quoted, type StoredTensor, type Weights } from './weights.js';

/**
 * How one framework names a tensor, and the canonical name `<layer>.<parameter>` it stands for. In `from`, `{x}` is a run
 * of letters, digits and underscores, and `{x#}` a single digit; in `to`, `{x}` is what was found there.
 */
export interface Rule {
  readonly from: string;
  readonly to: string;
  /** How its elements lie, where not as PyTorch's and Caffe's do. */
  readonly arrangement?: Arrangement;
}

/** The names that one framework or publication gives the weights of one network: a table. */
export interface Dialect {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** All dialects that the weights of a network are read in. */
export interface Dialects {
  /** The network, for messages. */
  readonly network: string;
  readonly dialects: readonly Dialect[];
}

/** Weights under canonical names. */
export interface Translation {
  /** The name of the dialect that was recognised. */
  readonly dialect: string;
  readonly weights: Weights;
  /** The file's names that the dialect does not know. */
  readonly unknown: readonly string[];
}

/**
 * Gives weights their canonical names, by the dialect that knows most of theirs.
 * @throws OneirosError `bad-input` if no dialect knows half of them (the message shows some, and some that were expected),
 *   or two tensors have the same canonical name
 */
export function translate(weights: Weights, { network, dialects }: Dialects): Translation {
  const attempts = dialects.map((dialect) => ({ dialect, matches: matchAll(weights, dialect) }));
  const best = attempts.reduce((a, b) => (b.matches.size > a.matches.size ? b : a));
  if (best.matches.size * 2 < Math.max(weights.size, 1)) throw unrecognised(weights, network, dialects);
  const translated = new Map<string, StoredTensor>();
  for (const [key, { to, arrangement }] of best.matches) {
    const stored = weights.get(key)!;
    if (translated.has(to)) throw ambiguous(to, best.matches);
    translated.set(to, arrangement === undefined ? stored : arrange(key, stored, arrangement));
  }
  return {
    dialect: best.dialect.name,
    weights: translated,
    unknown: [...weights.keys()].filter((key) => !best.matches.has(key)),
  };
}

/** The layers of which there are weights: canonical names without the parameter, in the file's order. */
export function layersOf(weights: Weights): ReadonlySet<string> {
  return new Set([...weights.keys()].map((name) => name.slice(0, name.lastIndexOf('.'))));
}

type Match = Pick<Rule, 'to' | 'arrangement'>;

function matchAll(weights: Weights, { rules }: Dialect): Map<string, Match> {
  const compiled = rules.map((rule) => ({ rule, pattern: patternOf(rule.from) }));
  const matches = new Map<string, Match>();
  for (const key of weights.keys()) {
    const found = firstMatch(key, compiled);
    if (found !== undefined) matches.set(key, found);
  }
  return matches;
}

function firstMatch(
  key: string,
  compiled: readonly { readonly rule: Rule; readonly pattern: RegExp }[],
): Match | undefined {
  for (const { rule, pattern } of compiled) {
    const groups = pattern.exec(key)?.groups;
    if (groups)
      return { ...rule, to: rule.to.replace(placeholder, (_, name: string) => own(groups, name) ?? '') };
  }
  return undefined;
}

const placeholder = /\{(\w+)(#?)\}/g;

/** Always with a group, so that a match is told from none even where the rule has no placeholder. */
function patternOf(template: string): RegExp {
  const seen = new Set<string>();
  const source = template
    .split(/(\{\w+#?\})/)
    .map((text) => {
      const [, name, digit] = /^\{(\w+)(#?)\}$/.exec(text) ?? [];
      if (name === undefined) return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      if (seen.has(name)) return `\\k<${name}>`;
      seen.add(name);
      return `(?<${name}>${digit === '#' ? '\\d' : '\\w+'})`;
    })
    .join('');
  return new RegExp(`^(?<whole>${source})$`);
}

function unrecognised(weights: Weights, network: string, dialects: readonly Dialect[]): OneirosError {
  const found = [...weights.keys()].slice(0, 4).map(quoted).join(', ');
  const expected = dialects.map(({ name, rules }) => `${quoted(rules[0]?.from ?? '')} (${name})`).join(', ');
  return new OneirosError(
    'bad-input',
    `these are not the weights of ${network}: the file has ${found || 'no tensors'}; expected names like ${expected}`,
  );
}

function ambiguous(name: string, matches: ReadonlyMap<string, Match>): OneirosError {
  const keys = [...matches].filter(([, { to }]) => to === name).map(([key]) => quoted(key));
  return new OneirosError(
    'bad-input',
    `the tensors ${keys.join(' and ')} both are the network's ${quoted(name)}`,
  );
}
