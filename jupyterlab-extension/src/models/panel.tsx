import { EmptyState } from '../components/Note.js';
import type { PanelPart } from '../features/feature.js';
import { useI18n } from '../i18n/context.js';
import { ModelRow } from './ModelRow.js';

function NoModels(): JSX.Element {
  const { t } = useI18n();
  return (
    <EmptyState icon="model" title={t('empty.models')}>
      {t('empty.models.detail')}
    </EmptyState>
  );
}

const part: PanelPart = {
  section: {
    id: 'models',
    rank: 300,
    title: 'panel.models',
    found: 'panel.found.models',
    list: 'models',
    Empty: NoModels,
  },
  rows: {
    section: 'models',
    lists: ['models'],
    entries: ({ store }) =>
      store
        .list('models')
        .get()
        .items.map((model) => ({
          id: model.job_id,
          texts: [model.name, model.dataset_name ?? ''],
          row: (first) => <ModelRow key={model.job_id} model={model} first={first} />,
        })),
  },
};
export default part;
