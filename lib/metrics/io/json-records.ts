import { parse } from 'lossless-json';

import { messageOf, OneirosError } from '../../base/errors.js';

/** One element of an array of a JSON document. Whole numbers beyond ±2^53 are bigints. */
export interface JsonRecord {
  /** The key of the array in the document; null if the document itself is the array. */
  readonly section: string | null;
  /** Its index in the array. */
  readonly index: number;
  readonly value: unknown;
}

/** Text or UTF-8 bytes in pieces of any length: a file's stream, a response's body, or one string in an array. */
export type TextChunks = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

export interface JsonRecordOptions {
  /** The required type of the document. @default either */
  readonly root?: 'array' | 'object';
  /** Called with the key of each array of the document when it begins. */
  readonly onSection?: (section: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Longer records are refused, so that a broken file cannot fill the memory. */
const longestRecord = 2 ** 26;

/**
 * The records of a JSON document that is an array, or an object of arrays, in batches as its text arrives. Only
 * one piece of the document is in memory. Members of the object that are not arrays are checked and skipped.
 * @throws OneirosError `bad-input`, naming the record, for malformed JSON or text that is not UTF-8; `too-large` for a
 *   record over 64 Mi characters
 */
export async function* jsonRecords(
  chunks: TextChunks,
  { root, onSection, signal }: JsonRecordOptions = {},
): AsyncGenerator<readonly JsonRecord[], void> {
  const splitter = new RecordSplitter(root, onSection);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Uint8Array): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (error) {
      throw new OneirosError('bad-input', 'the JSON is not UTF-8 text', { cause: error });
    }
  };
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield splitter.push(typeof chunk === 'string' ? chunk : decode(chunk));
  }
  yield splitter.push(decode());
  splitter.end();
}

/** What the splitter expects next, outside of a value. */
type Expecting =
  'document' | 'key' | 'colon' | 'member' | 'element' | 'after-member' | 'after-element' | 'nothing';

const code = (character: string): number => character.charCodeAt(0);
const [quote, backslash, comma, colon] = [code('"'), code('\\'), code(','), code(':')];
const [openBrace, closeBrace, openBracket, closeBracket] = [code('{'), code('}'), code('['), code(']')];

/** Finds where values begin and end, only by quotes and brackets; JSON.parse then checks each value. */
class RecordSplitter {
  #expecting: Expecting = 'document';
  #section: string | null = null;
  #inObject = false;
  #index = 0;
  /** Text of a value that began in an earlier piece. */
  #carried = '';
  /** How much of that has been scanned. */
  #scanned = 0;
  #depth = 0;
  #inString = false;
  /** An array or object may end where its first element could begin, but not after a comma. */
  #afterComma = false;

  constructor(
    private readonly root: JsonRecordOptions['root'],
    private readonly onSection: JsonRecordOptions['onSection'],
  ) {}

  push(piece: string): JsonRecord[] {
    const records: JsonRecord[] = [];
    const text = this.#carried + piece;
    let at = this.#carried === '' ? 0 : this.#value(text, 0, this.#scanned, records);
    while (at < text.length) {
      const c = text.charCodeAt(at);
      at =
        isSpace(c) || (c === 0xfeff && this.#expecting === 'document')
          ? at + 1
          : this.#token(text, at, c, records);
    }
    return records;
  }

  end(): void {
    if (this.#expecting !== 'nothing') throw this.#malformed('unexpected end: is the file truncated?');
  }

  /** Handles the token at `at`; returns the position after it. */
  #token(text: string, at: number, c: number, records: JsonRecord[]): number {
    switch (this.#expecting) {
      case 'document':
        return this.#open(at, c);
      case 'key':
        if (c === closeBrace && !this.#afterComma) return this.#close(at);
        if (c !== quote) throw this.#malformed('expected a key in quotes');
        return this.#value(text, at, at, records);
      case 'colon':
        if (c !== colon) throw this.#malformed('expected a colon');
        this.#expecting = 'member';
        return at + 1;
      case 'member':
        if (c !== openBracket) return this.#value(text, at, at, records);
        this.#expecting = 'element';
        if (this.#section !== null) this.onSection?.(this.#section);
        this.#index = 0;
        this.#afterComma = false;
        return at + 1;
      case 'element':
        if (c === closeBracket && !this.#afterComma) return this.#close(at);
        return this.#value(text, at, at, records);
      case 'after-member':
      case 'after-element':
        return this.#separator(at, c);
      case 'nothing':
        throw this.#malformed('unexpected text after its end');
    }
  }

  #open(at: number, c: number): number {
    if (c !== openBracket && c !== openBrace) throw this.#malformed('expected an object or an array');
    this.#inObject = c === openBrace;
    const root = this.#inObject ? 'object' : 'array';
    if (this.root !== undefined && root !== this.root)
      throw new OneirosError('bad-input', `the JSON is an ${root}: expected an ${this.root}`);
    this.#expecting = this.#inObject ? 'key' : 'element';
    return at + 1;
  }

  #separator(at: number, c: number): number {
    const element = this.#expecting === 'after-element';
    if (c === (element ? closeBracket : closeBrace)) return this.#close(at);
    if (c !== comma) throw this.#malformed('expected a comma');
    this.#expecting = element ? 'element' : 'key';
    this.#afterComma = true;
    return at + 1;
  }

  /** Ends an array in an object, or the document. */
  #close(at: number): number {
    const leavesSection =
      this.#inObject && (this.#expecting === 'element' || this.#expecting === 'after-element');
    this.#expecting = leavesSection ? 'after-member' : 'nothing';
    this.#afterComma = false;
    return at + 1;
  }

  /** Reads a value that begins at `start` and has been scanned up to `from`; returns its end. */
  #value(text: string, start: number, from: number, records: JsonRecord[]): number {
    const end = this.#endOfValue(text, start, from);
    if (end < 0) {
      this.#carried = text.slice(start);
      if (this.#carried.length > longestRecord)
        throw new OneirosError('too-large', `${this.#where()} is longer than ${longestRecord} characters`);
      return text.length;
    }
    this.#carried = '';
    this.#take(text.slice(start, end), records);
    return end;
  }

  #endOfValue(text: string, start: number, from: number): number {
    let inString = this.#inString;
    let depth = this.#depth;
    let i = from;
    let end = -1;
    for (; i < text.length && end < 0; i++) {
      const c = text.charCodeAt(i);
      if (inString) {
        if (c === backslash) i++;
        else if (c === quote) {
          inString = false;
          if (depth === 0) end = i + 1;
        }
      } else if (c === quote) inString = true;
      else if (c === openBrace || c === openBracket) depth++;
      else if (c === closeBrace || c === closeBracket) {
        if (depth === 0) end = i;
        else if (--depth === 0) end = i + 1;
      } else if (depth === 0 && i > start && (c === comma || isSpace(c))) end = i;
    }
    this.#inString = inString;
    this.#depth = end < 0 ? depth : 0;
    this.#scanned = i - start; // one beyond the text if that ends in a backslash, which escapes the next character
    return end;
  }

  #take(text: string, records: JsonRecord[]): void {
    const value = this.#parse(text);
    switch (this.#expecting) {
      case 'key':
        this.#section = String(value);
        this.#expecting = 'colon';
        return;
      case 'element':
        records.push({ section: this.#section, index: this.#index++, value });
        this.#expecting = 'after-element';
        return;
      default:
        this.#expecting = 'after-member';
    }
  }

  #parse(text: string): unknown {
    try {
      return parseExactly(text);
    } catch (error) {
      const bare = /(?<!["\w])(NaN|-?Infinity)(?!["\w])/.exec(text)?.[0];
      const reason = bare ? `it contains ${bare}, which is not JSON` : messageOf(error);
      throw new OneirosError('bad-input', `${this.#where()} is not valid JSON: ${reason}`, { cause: error });
    }
  }

  #malformed(reason: string): OneirosError {
    return new OneirosError('bad-input', `the JSON is malformed at ${this.#where()}: ${reason}`);
  }

  #where(): string {
    const inArray = this.#expecting === 'element' || this.#expecting === 'after-element';
    if (inArray) return recordName(this.#section, this.#index);
    return this.#section === null ? 'its beginning' : `the key ${JSON.stringify(this.#section)}`;
  }
}

/** Digits of a whole number that may be beyond 2^53. */
const longNumber = /(?<![.\d])\d{16,}(?![.\d])/;

/** Uses JSON.parse, which rounds large whole numbers, if there are none: it is many times as fast. */
function parseExactly(text: string): unknown {
  return longNumber.test(text) ? parse(text, null, exactNumber) : JSON.parse(text);
}

function exactNumber(text: string): number | bigint {
  const value = Number(text);
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

/** The name of a record in errors: `annotations[17]`, or `record 17` if the document is the array. */
export function recordName(section: string | null, index: number): string {
  return section === null ? `record ${index}` : `${section}[${index}]`;
}

function isSpace(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
}
