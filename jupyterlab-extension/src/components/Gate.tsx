import { type ReactNode, useEffect } from 'react';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { Button } from './controls/Button.js';
import { EmptyState, Skeleton } from './Note.js';

/** Pages need somebody signed in; a tab that was open before a reload waits here for the session. */
export function Gate({ children }: { readonly children: ReactNode }): ReactNode {
  const kargah = useKargah();
  const { t } = useI18n();
  const { status } = useStore(kargah.api.session.state);
  useEffect(() => {
    void kargah.api.session.start();
  }, [kargah]);
  switch (status) {
    case 'signed_in':
      return children;
    case 'unknown':
      return <Skeleton />;
    case 'unreachable':
      return <EmptyState icon="off" title={t('error.unreachable')} />;
    case 'signed_out':
      return (
        <EmptyState
          icon="key"
          title={t('auth.signIn.title')}
          action={<Button kind="primary" label={t('auth.signIn')} onClick={() => kargah.showPanel()} />}
        />
      );
  }
}
