import { ApiError, asApiError } from '../api/errors.js';
import { Format } from './format.js';
import { isolated } from './isolate.js';
import type { Locale } from './locale.js';
import { messageOf, type MessageKey } from './messages.js';
import { errorSentence, type Said, warningSentence } from './sentences.js';

export type Params = Readonly<Record<string, string | number>>;

/** Fills `{name}` slots, each isolated from the sentence's direction; `{n|row|rows}` chooses by number. */
export function fill(text: string, params: Params, format: Format): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (slot, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (value === undefined) {
      return slot;
    }
    if (one !== undefined && many !== undefined) {
      return value === 1 ? one : many;
    }
    // A bare number is not isolated: it has no direction to protect, and isolation would separate it from its unit.
    return typeof value === 'number' ? format.number(value, 2) : isolated(value);
  });
}

export class I18n {
  readonly format: Format;

  constructor(readonly locale: Locale) {
    this.format = new Format(locale);
  }

  get dir(): 'rtl' | 'ltr' {
    return this.locale.language === 'fa' ? 'rtl' : 'ltr';
  }

  readonly t = (key: MessageKey, params: Params = {}): string =>
    fill(messageOf(key)[this.locale.language], params, this.format);

  /** One of two texts that came from the bridge. */
  readonly pick = <T extends string>(en: T, fa: T): T => (this.locale.language === 'fa' ? fa : en);

  /** Why something failed or waits, as the bridge says it. */
  failure(failure: Said): string {
    return errorSentence(failure, this.format);
  }

  /** What the reader warns of. */
  warning(warning: Said): string {
    return warningSentence(warning, this.format);
  }

  /** What to tell people about something that was thrown. */
  error(reason: unknown): string {
    const error = asApiError(reason);
    if (error.code === 'unreachable') {
      return this.t('error.unreachable');
    }
    return errorSentence(error, this.format);
  }

  /** The message for one field of a refused form, if the refusal names it. */
  fieldError(reason: unknown, path: string): string | undefined {
    const found = reason instanceof ApiError ? reason.errors.find((error) => error.path === path) : undefined;
    return found === undefined
      ? undefined
      : this.format.digits(this.pick(found.message, found.message_fa ?? found.message));
  }
}
