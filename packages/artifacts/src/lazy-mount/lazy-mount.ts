/** A folder whose bytes come when they are read, or why there is none. */
export type LazyMount =
  | {
      readonly kind: 'mounted';
      /** Takes the view away; nothing of it is left when this resolves. Never rejects. */
      unmount(): Promise<void>;
    }
  | {
      readonly kind: 'unavailable';
      /** Ends the sentence "... cannot be shown without a download: ". */
      readonly because: string;
    };
