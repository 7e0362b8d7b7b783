/** One text in both languages; Persian is the source. */
export interface Message {
  readonly fa: string;
  readonly en: string;
}
export type Catalogue = Readonly<Record<string, Message>>;
