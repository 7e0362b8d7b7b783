import { Button, LinkButton } from '../components/controls/Button.js';
import { EmptyState } from '../components/Note.js';
import { useKargah } from '../context.js';
import { openCatalogue } from '../datasets/Catalogue.js';
import { chooseFiles } from '../datasets/actions.js';
import { useI18n } from '../i18n/context.js';

/** One sentence and one way forward. */
export function Empty({
  which,
  searching,
  onClear,
}: {
  readonly which: 'datasets' | 'jobs' | 'models';
  readonly searching: boolean;
  readonly onClear: () => void;
}): JSX.Element {
  const kargah = useKargah();
  const { t } = useI18n();
  if (searching) {
    return (
      <div className="empty">
        <div className="muted">{t('empty.search')}</div>
        <LinkButton onClick={onClear}>{t('panel.clearFilters')}</LinkButton>
      </div>
    );
  }
  const newJob = <Button icon="add" label={t('panel.newJob')} onClick={() => void kargah.openNewJob()} />;
  if (which === 'datasets') {
    return (
      <EmptyState
        icon="table"
        title={t('empty.datasets')}
        action={
          <>
            <Button icon="up" label={t('first.choose')} onClick={() => chooseFiles(kargah)} />
            <Button label={t('panel.ready')} onClick={() => openCatalogue(kargah)} />
          </>
        }
      >
        {t('empty.datasets.detail')}
      </EmptyState>
    );
  }
  return which === 'jobs' ? (
    <EmptyState icon="play" title={t('empty.jobs')} action={newJob}>
      {t('empty.jobs.detail')}
    </EmptyState>
  ) : (
    <EmptyState icon="model" title={t('empty.models')}>
      {t('empty.models.detail')}
    </EmptyState>
  );
}
