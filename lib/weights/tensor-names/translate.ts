import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import { arrange, type Arrangement } from '../kernel-layout.js';
import { quoted, type StoredTensor, type Weights } from '../weights.js';

/**
 * Maps a framework's tensor name to the canonical name `<layer>.<parameter>`. In `from`, `{x}` matches a run of
 * letters, digits and underscores, `{x#}` a single digit, and `{x*}` one or more of any characters; in `to`, `{x}` is
 * replaced by the match.
 */
export interface Rule {
  readonly from: string;
  readonly to: string;
  /** The layout of its elements, if it differs from PyTorch's and Caffe's. */
  readonly arrangement?: Arrangement;
}

/** A table of the names that one framework or publication uses for the weights of one network. */
export interface NamingScheme {
  readonly name: string;
  readonly rules: readonly Rule[];
}

/** All schemes that are recognized for the weights of a network. */
export interface NamingSchemes {
  /** The network, for messages. */
  readonly network: string;
  readonly schemes: readonly NamingScheme[];
}

/** Weights under canonical names. */
export interface Translation {
  /** The name of the scheme that was recognized. */
  readonly scheme: string;
  /** The prefix of all of the network's names in the file, such as `model.`; empty if there is none. */
  readonly prefix: string;
  readonly weights: Weights;
  /** The names in the file that the scheme does not contain. */
  readonly unknown: readonly string[];
}

/**
 * Translates weights to canonical names, using the scheme that matches most of their names. A prefix that all of the
 * network's names share (`model.`, `module.`) is removed.
 * @throws OneirosError `bad-input` if no scheme matches half of the names (the message lists some found and some
 *   expected names), if the file contains the network under several prefixes, or if two tensors have the same canonical
 *   name
 */
export function translate(weights: Weights, { network, schemes }: NamingSchemes): Translation {
  const names = [...weights.keys()];
  const { scheme, prefix, matches } =
    unprefixed(names, schemes) ?? prefixed(names, schemes, network) ?? unrecognized(names, network, schemes);
  const translated = new Map<string, StoredTensor>();
  for (const [key, { to, arrangement }] of matches) {
    const stored = weights.get(key)!;
    if (translated.has(to)) throw ambiguous(to, matches);
    translated.set(to, arrangement === undefined ? stored : arrange(key, stored, arrangement));
  }
  return {
    scheme: scheme.name,
    prefix,
    weights: translated,
    unknown: names.filter((key) => !matches.has(key)),
  };
}

/** Describes the naming scheme of the weights, for a note to the user. */
export function describeNames({ scheme, prefix }: Translation): string {
  return prefix === '' ? `named as by ${scheme}` : `named as by ${scheme} after the prefix ${quoted(prefix)}`;
}

/** The layers that have weights: canonical names without the parameter, in the file's order. */
export function layersOf(weights: Weights): ReadonlySet<string> {
  return new Set([...weights.keys()].map((name) => name.slice(0, name.lastIndexOf('.'))));
}

type Match = Pick<Rule, 'to' | 'arrangement'>;

/** The matches of a scheme with the names after a prefix, by the file's names. */
interface Attempt {
  readonly scheme: NamingScheme;
  readonly prefix: string;
  readonly matches: ReadonlyMap<string, Match>;
}

/** The scheme that matches most of the names without a prefix; `null` if none matches half of them. */
function unprefixed(names: readonly string[], schemes: readonly NamingScheme[]): Attempt | null {
  const best = mostMatches(
    schemes.map((scheme) => {
      const find = matcherOf(scheme);
      const matches = names.flatMap((name) => {
        const match = find(name);
        return match === undefined ? [] : [[name, match] as const];
      });
      return { scheme, prefix: '', matches: new Map(matches) };
    }),
  );
  return best !== undefined && best.matches.size * 2 >= Math.max(names.length, 1) ? best : null;
}

/**
 * The scheme that matches most names after one prefix. It must match half of the names with that prefix and a quarter
 * of the file's names; `null` if none does.
 * @throws OneirosError `bad-input` if another prefix has at least half as many matches
 */
function prefixed(
  names: readonly string[],
  schemes: readonly NamingScheme[],
  network: string,
): Attempt | null {
  const attempts = schemes.flatMap((scheme) => attemptsByPrefix(names, scheme));
  const best = mostMatches(attempts);
  if (best === undefined || best.matches.size * 4 < names.length) return null;
  const behind = names.filter((name) => name.startsWith(best.prefix)).length;
  if (best.matches.size * 2 < behind) return null;
  const rivals = attempts.filter(({ matches }) => matches.size * 2 >= best.matches.size);
  const prefixes = new Set(rivals.map(({ prefix }) => prefix));
  if (prefixes.size > 1)
    throw new OneirosError(
      'bad-input',
      `the file has the weights of more than one ${network}, under the prefixes ${[...prefixes].map(quoted).join(' and ')}: keep only one of them in the file`,
    );
  return best;
}

/** How many parts of a name are tried as a prefix. */
const maxParts = 6;

function attemptsByPrefix(names: readonly string[], scheme: NamingScheme): readonly Attempt[] {
  const find = matcherOf(scheme);
  const byPrefix = new Map<string, Map<string, Match>>();
  for (const name of names)
    for (const prefix of prefixesOf(name)) {
      const match = find(name.slice(prefix.length));
      if (match === undefined) continue;
      const matches = byPrefix.get(prefix) ?? new Map<string, Match>();
      byPrefix.set(prefix, matches.set(name, match));
    }
  return Array.from(byPrefix, ([prefix, matches]) => ({ scheme, prefix, matches }));
}

/** `a.b.c` may be `b.c` after `a.`, or `c` after `a.b.`. */
function prefixesOf(name: string): readonly string[] {
  return Array.from(name.matchAll(/[./]/g), ({ index }) => name.slice(0, index + 1)).slice(0, maxParts);
}

function mostMatches(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.reduce<Attempt | undefined>(
    (best, attempt) => (best === undefined || attempt.matches.size > best.matches.size ? attempt : best),
    undefined,
  );
}

function matcherOf({ rules }: NamingScheme): (name: string) => Match | undefined {
  const compiled = rules.map((rule) => ({ rule, pattern: patternOf(rule.from) }));
  return (name) => firstMatch(name, compiled);
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

const placeholder = /\{(\w+)([#*]?)\}/g;

/** The pattern always has a group, so that `groups` is set for a match even if the rule has no placeholder. */
function patternOf(template: string): RegExp {
  const seen = new Set<string>();
  const source = template
    .split(/(\{\w+[#*]?\})/)
    .map((text) => {
      const [, name, kind] = /^\{(\w+)([#*]?)\}$/.exec(text) ?? [];
      if (name === undefined) return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      if (seen.has(name)) return `\\k<${name}>`;
      seen.add(name);
      return `(?<${name}>${kind === '#' ? '\\d' : kind === '*' ? '.+' : '\\w+'})`;
    })
    .join('');
  return new RegExp(`^(?<whole>${source})$`);
}

function unrecognized(names: readonly string[], network: string, schemes: readonly NamingScheme[]): never {
  const found = names.slice(0, 4).map(quoted).join(', ');
  const expected = schemes.map(({ name, rules }) => `${quoted(rules[0]?.from ?? '')} (${name})`).join(', ');
  throw new OneirosError(
    'bad-input',
    `these are not the weights of ${network}: the file has ${found || 'no tensors'}; expected names like ${expected}`,
  );
}

function ambiguous(name: string, matches: ReadonlyMap<string, Match>): OneirosError {
  const keys = [...matches].filter(([, { to }]) => to === name).map(([key]) => quoted(key));
  return new OneirosError(
    'bad-input',
    `the tensors ${keys.join(' and ')} have the same name in the network, ${quoted(name)}: keep only one of them in the file`,
  );
}
