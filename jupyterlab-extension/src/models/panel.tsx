import { EmptyState } from '../components/Note.js';
import type { PanelPart } from '../features/feature.js';
import { useI18n } from '../i18n/context.js';
import { ModelRow } from './ModelRow.js';
import { ApprovalRow, RegisteredRow } from './RegisteredRow.js';

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
    lists: ['models', 'registered', 'approvals'],
    // What waits for the reader, then what is registered, then what jobs trained.
    entries: ({ store }) => [
      ...store
        .list('approvals')
        .get()
        .items.map((request) => ({
          id: request.request_id,
          texts: [request.name, request.alias],
          uncounted: true,
          row: (first: boolean) => <ApprovalRow key={request.request_id} request={request} first={first} />,
        })),
      ...store
        .list('registered')
        .get()
        .items.map((model) => ({
          id: `registered ${model.name}`,
          texts: [model.name, ...model.aliases.map(({ alias }) => alias)],
          row: (first: boolean) => <RegisteredRow key={`registered ${model.name}`} model={model} first={first} />,
        })),
      ...store
        .list('models')
        .get()
        .items.map((model) => ({
          id: model.job_id,
          texts: [model.name, model.dataset_name ?? ''],
          row: (first: boolean) => <ModelRow key={model.job_id} model={model} first={first} />,
        })),
    ],
  },
};
export default part;
