import { create, type DescMessage, type MessageShape } from '@bufbuild/protobuf';

/**
 * A message without the fields that the IR models, or `undefined` if nothing is left: fields that this library does not
 * use or does not know, so that reading and writing keep them.
 */
export function remainder<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
  modeled: readonly (keyof MessageShape<D>)[],
): MessageShape<D> | undefined {
  const skipped: ReadonlySet<PropertyKey> = new Set([...modeled, '$typeName']);
  const rest = Object.entries(message).filter(
    ([name, value]) => !skipped.has(name) && !(Array.isArray(value) && value.length === 0),
  );
  return rest.length === 0 ? undefined : Object.assign(create(schema), Object.fromEntries(rest));
}

/** A copy of an older message with the given fields replaced. */
export function revise<D extends DescMessage>(
  schema: D,
  origin: MessageShape<D> | undefined,
  fields: Partial<MessageShape<D>>,
): MessageShape<D> {
  return Object.assign(create(schema), origin, fields);
}
