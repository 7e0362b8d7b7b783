export interface ErrorEntry {
  readonly status: number;
  /** Sentence for people, with `{name}` slots filled from the error's `params`. */
  readonly en: string;
  readonly fa: string;
}

/** Errors of one feature, by their stable code. */
export type Errors = Readonly<Record<string, ErrorEntry>>;
