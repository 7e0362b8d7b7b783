import { useState } from 'react';
import { Tabs } from '../components/controls/Tabs.js';
import { EmptyState } from '../components/Note.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { Ledger } from './Ledger.js';
import { People } from './People.js';
import { ServerSettings } from './ServerSettings.js';

export default function AdministrationPage(): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  const session = useStore(kargah.api.session.state);
  const [open, setOpen] = useState<'people' | 'server' | 'ledger'>('people');
  if (session.status !== 'signed_in' || session.user.role !== 'admin') {
    return <EmptyState icon="key" title={t('people.notAdmin')} />;
  }
  return (
    <div data-testid="administration-page">
      <h1>{t('people.title')}</h1>
      <Tabs
        label={t('people.title')}
        tabs={[
          { id: 'people', label: t('people.people') },
          { id: 'server', label: t('people.server') },
          { id: 'ledger', label: t('people.ledger') },
        ]}
        open={open}
        onOpen={setOpen}
      >
        {open === 'people' && <People me={session.user.user_id} />}
        {open === 'server' && <ServerSettings />}
        {open === 'ledger' && <Ledger />}
      </Tabs>
    </div>
  );
}
