import { useState } from 'react';
import { Caret } from '../components/icons/Icon.js';
import { below, Menu, type MenuPlace } from '../components/controls/Menu.js';
import { useKargah } from '../context.js';
import { useI18n } from '../i18n/context.js';
import { useStore } from '../lib/useStore.js';
import { currentProject } from './may.js';

const invitation = () => import(/* webpackChunkName: "people" */ './invitation.js');

/** Whose things are shown, and the way to another project. */
export function Switcher(): JSX.Element | null {
  const kargah = useKargah();
  const { t } = useI18n();
  const { items } = useStore(kargah.store.list('projects'));
  useStore(kargah.api.project);
  const [menuAt, setMenuAt] = useState<MenuPlace | null>(null);
  const current = currentProject(kargah);
  if (current === undefined) return null;
  return (
    <>
      <button
        type="button"
        className="kg-Switcher"
        aria-haspopup="menu"
        aria-expanded={menuAt !== null}
        aria-label={t('project.choose', { x: current.name })}
        title={current.name}
        data-testid="kargah-project"
        onClick={(event) => setMenuAt(below(event.currentTarget))}
      >
        <span className="kg-Text-ellipsis" dir="auto">
          {current.name}
        </span>
        <Caret open />
      </button>
      {menuAt !== null && (
        <Menu
          label={t('project.title')}
          at={menuAt}
          onClose={() => setMenuAt(null)}
          items={[
            ...items.map((project) => ({
              key: project.project_id,
              label: project.name,
              icon: 'model' as const,
              checked: project === current,
              end: t(`project.role.${project.role}`),
              run: () => kargah.api.chooseProject(project.is_default ? null : project.project_id),
            })),
            {
              label: t('project.page'),
              icon: 'person',
              separated: true,
              run: () => void kargah.open('project', { project_id: current.project_id }),
            },
            {
              label: t('project.new'),
              icon: 'add',
              run: () => void invitation().then(({ newProject }) => newProject(kargah)),
            },
            {
              label: t('project.accept'),
              icon: 'check',
              run: () => void invitation().then(({ accept }) => accept(kargah)),
            },
            {
              label: t('project.deletedOnes'),
              icon: 'del',
              run: () => void invitation().then(({ showDeleted }) => showDeleted(kargah)),
            },
          ]}
        />
      )}
    </>
  );
}
