import { render, type RenderResult } from '@testing-library/react';
import type { ReactElement } from 'react';
import { Api } from '../api/client.js';
import { KargahRoot } from '../context.js';
import { Uploads } from '../store/uploads.js';
import { I18n } from '../i18n/i18n.js';
import { type Locale, PERSIAN } from '../i18n/locale.js';
import { Live } from '../live/client.js';
import { Observable } from '../lib/observable.js';
import { KargahStore } from '../store/store.js';
import type { Kargah, Preferences } from '../tokens.js';
import { builtIn } from './features.js';

/** The services over a real bridge address, with no live connection; opened pages and toasts are written down. */
export function kargahFor(url: string, locale: Locale = PERSIAN): Kargah & { readonly told: string[] } {
  const told: string[] = [];
  const api = new Api(() => url);
  const live = new Live(api.baseUrl, api.session, () => new Promise(() => undefined));
  const note =
    (what: string) =>
    (...args: unknown[]): Promise<void> => {
      told.push([what, ...args.map((one) => JSON.stringify(one))].join(' '));
      return Promise.resolve();
    };
  const i18n = new I18n(locale);
  const kargah: Kargah & { readonly told: string[] } = {
    told,
    api,
    live,
    store: new KargahStore(api, live),
    uploads: new Uploads(api, live, () => import('tus-js-client')),
    locale: new Observable(locale),
    i18n,
    shell: {
      confirm: () => Promise.resolve(true),
      prompt: () => Promise.resolve(null),
      show: note('show'),
      toast: (kind, text) => void told.push(`toast ${kind} ${text}`),
      failed: (reason) => void told.push(`failed ${i18n.error(reason)}`),
      copy: note('copy'),
    },
    preferences: new Observable<Preferences>({ language: 'auto', digits: 'auto', calendar: 'auto' }),
    prefer: note('prefer'),
    open: note('open'),
    openMlflow: note('openMlflow'),
    openFile: note('openFile'),
    insertCell: note('insertCell'),
    chooseFile: () => Promise.resolve(null),
    codeField: () => null,
    commands: () => [],
    showPanel: () => void told.push('showPanel'),
  };
  builtIn().startWith(kargah);
  return kargah;
}

/** What is read of an element, without the marks that isolate its parts. */
export function plain({ textContent }: HTMLElement): string {
  return textContent.replace(/\p{Cf}/gu, '');
}

export function renderIn(kargah: Kargah, element: ReactElement): RenderResult {
  return render(<KargahRoot kargah={kargah}>{element}</KargahRoot>);
}
