import type { Conversion, Rules } from './rule.js';

const recurrent = [{ before: 7, convert: (c: Conversion) => c.keep({ output_sequence: undefined }) }];

export const recurrence: Rules = {
  RNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
};
