import { useEffect } from 'react';
import { Button } from '../components/controls/Button.js';
import { Note } from '../components/Note.js';
import { useKargah } from '../context.js';
import type { Features } from '../features/registry.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { AuthForm } from '../account/AuthForm.js';
import { DropZone } from './DropZone.js';
import { FirstRun } from './FirstRun.js';
import { Footer } from './Footer.js';
import { Header } from './Header.js';
import { Lists } from './lists/Lists.js';
import { Notices } from './Notices.js';
import { useSections } from './lists/useSections.js';

/** The whole side panel: who is here decides what is shown. */
export default function SidePanel({ features }: { readonly features: Features }): JSX.Element {
  const kargah = useKargah();
  const i18n = useI18n();
  const { t } = i18n;
  const session = useStore(kargah.api.session.state);
  const sections = useSections(features);

  useEffect(() => {
    void kargah.api.session.start();
  }, [kargah]);

  if (session.status === 'unknown') {
    return <Header />;
  }
  if (session.status === 'unreachable') {
    return (
      <>
        <Header />
        <div className="kg-Notices">
          <Note
            tone="bad"
            icon="off"
            title={t('offline.title')}
            actions={
              <Button
                kind="primary"
                size="small"
                label={t('action.retry')}
                onClick={() => void kargah.api.session.start()}
              />
            }
          >
            {session.reason.code === 'unreachable' ? t('offline.detail') : i18n.error(session.reason)}
          </Note>
        </div>
      </>
    );
  }
  if (session.status === 'signed_out') {
    return (
      <>
        <Header />
        <AuthForm expired={session.reason === 'expired'} />
      </>
    );
  }
  const nothingYet = sections.every(({ state, entries }) => state.status === 'ready' && entries.length === 0);
  return (
    <DropZone>
      <Header />
      <Notices />
      {nothingYet ? <FirstRun /> : <Lists features={features} />}
      <Footer />
    </DropZone>
  );
}
