/** The forms that operations can take; `forms.ts` has them. Of those that hold at a node, the first is taken. */
export const formNames = [
  'winograd',
  'local-response',
  'channel-sum',
  'power-as-roots',
  'masked-product',
] as const;

export type FormName = (typeof formNames)[number];
