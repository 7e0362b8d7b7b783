import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef } from 'react';
import { keepFocus } from './lib/focus.js';
import { I18nContext } from './i18n/context.js';
import { I18n } from './i18n/i18n.js';
import { useStore } from './lib/useStore.js';
import type { Kargah } from './tokens.js';

const KargahContext = createContext<Kargah | null>(null);

/** The services, inside any of our roots. */
export function useKargah(): Kargah {
  const kargah = useContext(KargahContext);
  if (kargah === null) {
    throw new Error('useKargah outside of KargahRoot');
  }
  return kargah;
}

export interface KargahRootProps {
  readonly kargah: Kargah;
  readonly className?: string;
  readonly children: ReactNode;
}

/** Root of everything of ours: direction and language are set here and nowhere on JupyterLab's shell. */
export function KargahRoot({ kargah, className, children }: KargahRootProps): JSX.Element {
  const locale = useStore(kargah.locale);
  const i18n = useMemo(() => new I18n(locale), [locale]);
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => (root.current === null ? undefined : keepFocus(root.current)), []);
  return (
    <KargahContext.Provider value={kargah}>
      <I18nContext.Provider value={i18n}>
        <div ref={root} className={`kg-Root ${className ?? ''}`} dir={i18n.dir} lang={locale.language}>
          {children}
        </div>
      </I18nContext.Provider>
    </KargahContext.Provider>
  );
}
