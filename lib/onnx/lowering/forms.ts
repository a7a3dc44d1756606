import { channelSum } from './channel-sum.js';
import type { Form } from './form.js';
import type { FormName } from './form-names.js';
import { localResponse } from './local-response.js';
import { maskedProduct } from './masked-product.js';
import { powerAsRoots } from './power-as-roots.js';
import { winogradConvolution } from './winograd.js';

export const forms: Readonly<Record<FormName, Form>> = {
  winograd: winogradConvolution,
  'local-response': localResponse,
  'channel-sum': channelSum,
  'power-as-roots': powerAsRoots,
  'masked-product': maskedProduct,
};
