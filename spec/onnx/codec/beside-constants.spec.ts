import { expect } from 'chai';

import { Builder } from '../../../lib/onnx/builder/builder.js';
import { encodeModel } from '../../../lib/onnx/codec/write.js';
import { besideConstants } from '../../../lib/onnx/proto/beside-constants.js';
import { tensor } from '../../../lib/tensor/tensor.js';

describe('besideConstants', () => {
  const textOf = (parts: readonly Uint8Array[]) =>
    parts.map((part) => Buffer.from(part).toString('latin1')).join('');

  /** x + constant, whose bytes contain the name of an operator. */
  function addition(): Uint8Array {
    const b = new Builder();
    const letters = Uint8Array.from('GatherND', (letter) => letter.charCodeAt(0));
    const x = b.input('x', 'uint8', ['n', 8]);
    b.output(b.op('Add', [x, b.constant(tensor('uint8', letters, [8]), 'letters')]), 'y');
    return encodeModel(b.model());
  }

  it('has the nodes of a graph, and not the values of its constants', () => {
    const text = textOf(besideConstants(addition()));
    expect(textOf([addition()])).to.include('GatherND');
    expect(text).to.not.include('GatherND');
    expect(text).to.include('Add');
  });

  it('has all of a file that is malformed', () => {
    const bytes = addition().subarray(0, -3);
    expect(textOf(besideConstants(bytes))).to.equal(textOf([bytes]));
  });
});
