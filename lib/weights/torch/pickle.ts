import { OneirosError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import { quoted } from '../weights.js';
import { PickleReader } from './pickle-reader.js';

// A virtual machine for Python's pickles (protocols 2 to 5) that can only build plain data. Every global that a pickle
// names or calls goes through the host, which allows only a fixed list; so a file cannot run code.

/**
 * The maximum number of opcodes of one pickle, enough for 50 000 tensors. Without a limit, memory could grow to a
 * hundred times the size of the pickle: one byte can create an object of a hundred bytes.
 */
const maxSteps = 2e6;

/** A Python list; sets are read as lists, too. */
export class List {
  constructor(readonly items: PickleValue[]) {}
}
export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}
/** A Python dict of any kind. */
export class Dict {
  readonly entries = new Map<PickleValue, PickleValue>();
}
/** An object that the host created: a tensor, a storage, an element type … */
export abstract class HostObject {
  abstract readonly kind: string;
}
/**
 * A function that a pickle may call. Its time and memory must be at most proportional to the length of its arguments.
 */
export class Callable extends HostObject {
  readonly kind = 'function';
  constructor(
    readonly name: string,
    readonly call: (args: readonly PickleValue[]) => PickleValue,
  ) {
    super();
  }
}
export type PickleValue =
  null | boolean | number | bigint | string | Uint8Array | List | Tuple | Dict | HostObject;

/** Resolves the globals and persistent ids that a pickle names. */
export interface PickleHost {
  /** @throws OneirosError to refuse the name */
  global(module: string, name: string): PickleValue;
  /** The object that is stored outside of the pickle under this id. */
  persistent(id: PickleValue): PickleValue;
}

/**
 * Reads one pickle that begins at byte `start` of `bytes`.
 * @returns its value, and where the pickle ends
 * @throws OneirosError `bad-input` if it is damaged (a `PickleTruncated` if `bytes` end before it does), `unsupported`
 *   if the host refuses a name, `too-large` if it has more than 2 million steps
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  host: PickleHost,
): { readonly value: PickleValue; readonly end: number } {
  const machine = new Machine(new PickleReader(bytes, start), host);
  return { value: machine.run(), end: machine.reader.position };
}

class Machine {
  private readonly stack: PickleValue[] = [];
  private readonly marks: number[] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    readonly reader: PickleReader,
    private readonly host: PickleHost,
  ) {}

  run(): PickleValue {
    for (let steps = 0; steps < maxSteps; steps++) {
      const opcode = String.fromCharCode(this.reader.u8());
      if (opcode === '.') return this.pop();
      const step = own(opcodes, opcode);
      if (step === undefined) throw unknownOpcode(opcode);
      step(this);
    }
    throw new OneirosError(
      'too-large',
      `the pickle has more than ${maxSteps} steps, far more than a network needs`,
    );
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) throw damaged('it takes more from its stack than there is');
    return value;
  }

  /** The top of the stack, which stays there. */
  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined) throw damaged('its stack is empty');
    return value;
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  /** Everything above the last mark. */
  popMark(): PickleValue[] {
    const mark = this.marks.pop();
    if (mark === undefined || mark > this.stack.length) throw damaged('a mark is missing on its stack');
    return this.stack.splice(mark);
  }

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw damaged(`it refers to memo ${index}, which is empty`);
    this.push(value);
  }

  tuple(length: number): void {
    if (this.stack.length < length) throw damaged('it takes more from its stack than there is');
    this.push(new Tuple(this.stack.splice(-length)));
  }

  append(items: readonly PickleValue[]): void {
    const target = this.top();
    if (!(target instanceof List)) throw damaged(`it appends to ${describe(target)}`);
    for (const item of items) target.items.push(item);
  }

  setItems(items: readonly PickleValue[]): void {
    const target = this.top();
    if (!(target instanceof Dict)) throw damaged(`it sets items of ${describe(target)}`);
    if (items.length % 2 !== 0) throw damaged('it sets a key without a value');
    for (let i = 0; i < items.length; i += 2) target.entries.set(items[i]!, items[i + 1]!);
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw damaged('a global has no name');
    this.push(this.host.global(module, name));
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof Callable)) throw damaged(`it calls ${describe(callee)}`);
    if (!(args instanceof Tuple)) throw damaged(`it calls ${callee.name} with ${describe(args)}`);
    this.push(callee.call(args.items));
  }

  /**
   * Ignores an object's attributes: only dictionaries have any (a state_dict's `_metadata`), and no tensor needs them.
   */
  build(): void {
    this.pop();
    const target = this.top();
    if (!(target instanceof Dict)) throw damaged(`it sets attributes of ${describe(target)}`);
  }

  persistent(): void {
    this.push(this.host.persistent(this.pop()));
  }
}

/** By opcode; names as in Python's pickletools where the letter does not suggest it. Python 2's strings are Latin-1. */
const opcodes: Readonly<Record<string, (m: Machine) => void>> = {
  '\x80': (m) => m.reader.protocol(), // PROTO
  '\x95': (m) => m.reader.take(8), // FRAME
  '(': (m) => m.mark(),
  '0': (m) => m.pop(),
  '1': (m) => m.popMark(),
  '2': (m) => m.push(m.top()), // DUP
  N: (m) => m.push(null),
  '\x88': (m) => m.push(true),
  '\x89': (m) => m.push(false),
  I: (m) => m.push(m.reader.decimal()), // Python 2's numbers beyond 32 bits
  J: (m) => m.push(m.reader.i32()),
  K: (m) => m.push(m.reader.u8()),
  M: (m) => m.push(m.reader.u16()),
  '\x8a': (m) => m.push(m.reader.integer(m.reader.u8())), // LONG1
  '\x8b': (m) => m.push(m.reader.integer(m.reader.u32())), // LONG4
  G: (m) => m.push(m.reader.f64()),
  U: (m) => m.push(m.reader.latin1(m.reader.u8())),
  T: (m) => m.push(m.reader.latin1(m.reader.u32())),
  '\x8c': (m) => m.push(m.reader.text(m.reader.u8())), // SHORT_BINUNICODE
  X: (m) => m.push(m.reader.text(m.reader.u32())),
  '\x8d': (m) => m.push(m.reader.text(m.reader.u64())),
  C: (m) => m.push(m.reader.take(m.reader.u8())),
  B: (m) => m.push(m.reader.take(m.reader.u32())),
  '\x8e': (m) => m.push(m.reader.take(m.reader.u64())), // BINBYTES8
  '\x96': (m) => m.push(m.reader.take(m.reader.u64())), // BYTEARRAY8
  ']': (m) => m.push(new List([])),
  a: (m) => m.append([m.pop()]),
  e: (m) => m.append(m.popMark()),
  l: (m) => m.push(new List(m.popMark())),
  ')': (m) => m.push(new Tuple([])),
  t: (m) => m.push(new Tuple(m.popMark())),
  '\x85': (m) => m.tuple(1),
  '\x86': (m) => m.tuple(2),
  '\x87': (m) => m.tuple(3),
  '}': (m) => m.push(new Dict()),
  s: (m) => m.setItems([m.pop(), m.pop()].reverse()),
  u: (m) => m.setItems(m.popMark()),
  '\x8f': (m) => m.push(new List([])), // EMPTY_SET
  '\x90': (m) => m.append(m.popMark()), // ADDITEMS
  '\x91': (m) => m.push(new List(m.popMark())), // FROZENSET
  h: (m) => m.get(m.reader.u8()),
  j: (m) => m.get(m.reader.u32()),
  q: (m) => m.put(m.reader.u8()),
  r: (m) => m.put(m.reader.u32()),
  '\x94': (m) => m.memoize(),
  c: (m) => m.global(m.reader.line(), m.reader.line()),
  '\x93': (m) => m.global(...swapped(m.pop(), m.pop())), // STACK_GLOBAL
  R: (m) => m.reduce(),
  b: (m) => m.build(),
  Q: (m) => m.persistent(),
};

function swapped<A, B>(a: A, b: B): [B, A] {
  return [b, a];
}

/** A short description of a value, for messages. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  if (value instanceof HostObject) return `a ${value.kind}`;
  if (value instanceof List) return 'a list';
  if (value instanceof Tuple) return 'a tuple';
  if (value instanceof Dict) return 'a dictionary';
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value === 'string' ? `the text ${quoted(value)}` : `the ${typeof value} ${value.toString()}`;
}

function unknownOpcode(opcode: string): OneirosError {
  const code = opcode.charCodeAt(0).toString(16).padStart(2, '0');
  return damaged(`opcode 0x${code} does not occur in files of tensors`);
}

export function damaged(detail: string): OneirosError {
  return new OneirosError('bad-input', `the pickle is damaged: ${detail}`);
}
