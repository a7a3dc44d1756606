import { expect } from 'chai';

import { OneirosError } from '../../lib/base/errors.js';
import { float32Of, floatsOf, integersOf, numberOf, numbersOf } from '../../lib/tensor/results.js';
import { float32, int64, numberToHalf, tensor } from '../../lib/tensor/tensor.js';

describe('results of a run', () => {
  const results = {
    scores: float32([0.25, 0.5], [1, 2]),
    halves: tensor('float16', Uint16Array.of(numberToHalf(0.5)), [1]),
    double: tensor('float64', Float64Array.of(0.1), []),
    labels: int64([3, 4]),
    names: tensor('string', ['a'], [1]),
  };
  const reason = (read: () => unknown) => {
    try {
      read();
    } catch (error) {
      if (error instanceof OneirosError) return `${error.code}: ${error.message}`;
    }
    return 'no error';
  };

  it('are read by type and shape', () => {
    expect(float32Of(results, 'scores')).to.equal(results.scores);
    expect(float32Of(results, 'scores', [1, 'classes'])).to.equal(results.scores);
    expect([...floatsOf(results, 'halves').data]).to.deep.equal([0.5]);
    expect(integersOf(results, 'labels')).to.deep.equal([3, 4]);
    expect(numbersOf(results, 'labels')).to.deep.equal([3, 4]);
    expect(numbersOf(results, 'scores')).to.deep.equal([0.25, 0.5]);
    expect(numberOf(results, 'double')).to.equal(0.1);
    expect(numberOf(results, 'halves')).to.equal(0.5);
  });

  it('of another type or shape are rejected with the name, what was found and what was expected', () => {
    expect(reason(() => float32Of(results, 'boxes'))).to.equal(
      'runtime: the run returned nothing for "boxes", expected float32',
    );
    expect(reason(() => float32Of(results, 'scores', [1, 3]))).to.equal(
      'runtime: the run returned float32 [1, 2] for "scores", expected float32 [1, 3]',
    );
    expect(reason(() => float32Of(results, 'scores', ['classes']))).to.include('expected float32 [classes]');
    expect(reason(() => floatsOf(results, 'double'))).to.include('expected float32 or float16');
    expect(reason(() => integersOf(results, 'scores'))).to.include('expected int64');
    expect(reason(() => numbersOf(results, 'names'))).to.include('string [1] for "names"');
    expect(reason(() => numberOf(results, 'scores'))).to.include('expected one floating-point number');
    expect(reason(() => numberOf(results, 'constructor'))).to.include('returned nothing');
  });
});
