/** A type of the AWS SDK after parsing: members that the API requires are there, at every depth. */
export type Validated<T> = T extends Date
  ? T
  : T extends readonly (infer Element)[]
    ? readonly Validated<Element>[]
    : T extends object
      ? { readonly [Member in keyof T]: Validated<Exclude<T[Member], undefined>> }
      : T;
