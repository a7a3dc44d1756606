/** Collects numbers in a typed array that doubles when it is full. */
export class Column<A extends Uint8Array | Uint32Array | Float64Array> {
  #data: A;
  #length = 0;

  constructor(private readonly make: (length: number) => A) {
    this.#data = make(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    this.reserve(1);
    this.#data[this.#length++] = value;
  }

  pushAll(values: ArrayLike<number>): void {
    this.reserve(values.length);
    this.#data.set(values, this.#length);
    this.#length += values.length;
  }

  /** A copy of exactly the right size. */
  finish(): A {
    const data = this.make(this.#length);
    data.set(this.#data.subarray(0, this.#length));
    return data;
  }

  private reserve(extra: number): void {
    if (this.#length + extra <= this.#data.length) return;
    const grown = this.make(Math.max(this.#length + extra, 2 * this.#data.length));
    grown.set(this.#data);
    this.#data = grown;
  }
}

export const bytes = (): Column<Uint8Array> => new Column((length) => new Uint8Array(length));
export const uints = (): Column<Uint32Array> => new Column((length) => new Uint32Array(length));
export const floats = (): Column<Float64Array> => new Column((length) => new Float64Array(length));
