/** What a field of a message is made of; enumerations are `int32`. */
export type Scalar = 'int32' | 'int64' | 'uint64' | 'float' | 'double' | 'string' | 'bytes';

/**
 * How a field stands in its message: alone; any number of times (`list`); as numbers of which all lie in one piece
 * (`packed`); or, by the name of the choice, as one of several that exclude each other.
 */
export interface Standing {
  readonly many?: 'list' | 'packed';
  readonly oneof?: string;
}

export const list: Standing = { many: 'list' };
export const packed: Standing = { many: 'packed' };
export const oneof = (name: string): Standing => ({ oneof: name });

export interface Field extends Standing {
  readonly name: string;
  readonly number: number;
  readonly type: Scalar | Schema<object>;
}

type Fields = Readonly<
  Record<string, readonly [number: number, type: Scalar | Schema<object>, standing?: Standing]>
>;

/** What every message has besides its fields. */
export interface Message {
  /** Fields that its schema does not know, as they were encoded. */
  $unknown?: readonly Uint8Array[];
}

/** The fields of a kind of message, in the order of their numbers. */
export class Schema<T extends object> {
  readonly name: string;
  readonly #define: () => Fields;
  #fields: readonly Field[] | undefined;
  #byNumber: ReadonlyMap<number, Field> | undefined;
  #absent: object | undefined;

  /** @param define called on the first use: messages contain each other */
  constructor(name: string, define: () => Fields) {
    this.name = name;
    this.#define = define;
  }

  get fields(): readonly Field[] {
    this.#fields ??= Object.entries(this.#define()).map(([name, [number, type, standing]]) => ({
      name,
      number,
      type,
      ...standing,
    }));
    return this.#fields;
  }

  get byNumber(): ReadonlyMap<number, Field> {
    this.#byNumber ??= new Map(this.fields.map((field) => [field.number, field]));
    return this.#byNumber;
  }

  numberOf(name: keyof T & string): number {
    const field = this.fields.find((candidate) => candidate.name === name);
    if (field === undefined) throw new RangeError(`${this.name} has no field ${name}`);
    return field.number;
  }

  /**
   * A message of these fields. What it has of its own is there (lists always are); what is absent reads as protobuf's
   * default, which lies in its prototype.
   */
  create(...given: readonly (Partial<T> | undefined)[]): T {
    this.#absent ??= Object.fromEntries(
      this.fields
        .filter(({ many, oneof, type }) => !many && !oneof && typeof type === 'string')
        .map(({ name, type }) => [name, absent(type)]),
    );
    const message: Record<string, unknown> = Object.create(this.#absent) as Record<string, unknown>;
    for (const { name, many, oneof } of this.fields) {
      if (many) message[name] = [];
      else if (oneof) message[oneof] = { case: undefined };
    }
    return Object.assign(message, ...given) as T;
  }
}

function absent(type: Field['type']): unknown {
  switch (type) {
    case 'string':
      return '';
    case 'bytes':
      return new Uint8Array();
    case 'int64':
    case 'uint64':
      return 0n;
    default:
      return 0;
  }
}
