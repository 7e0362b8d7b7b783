import { cleanup, fireEvent, screen, waitFor } from '@testing-library/react';
import type { DeletedProject, Project } from '../api/types.js';
import { ENGLISH } from '../i18n/locale.js';
import { page } from '../testing/bridge.js';
import { Workbench } from '../testing/workbench.js';
import { DeletedProjects } from './DeletedProjects.js';
import { DeleteProject } from './DeleteProject.js';

const project: Project = {
  project_id: 'prj_aaaaaa',
  name: 'Team',
  role: 'owner',
  permissions: ['project.manage', 'dataset.write'],
  is_default: false,
  members: 2,
  workspace: 'w-team',
  created_at: '2026-11-01T00:00:00.000Z',
};
const gone: DeletedProject = {
  project_id: project.project_id,
  name: 'Team',
  deleted_at: '2026-11-02T00:00:00.000Z',
  deleted_by: { user_id: 'u', name: 'Sara' },
  purged_after: '2026-12-02T00:00:00.000Z',
  jobs_stopping: 0,
};
const contents = {
  datasets: 3,
  shared_datasets: 0,
  dataset_bytes: 2_000_000,
  jobs_running: 1,
  jobs_ended: 0,
  models: 0,
  sweeps: 0,
  connections: 0,
  members: 2,
  kept_days: 30,
};

let bench: Workbench;
let asked: string[];
beforeEach(async () => {
  asked = [];
  bench = await Workbench.start(ENGLISH, ({ method, path }) => {
    asked.push(`${method} ${path}`);
    if (path.endsWith('/contents')) return { status: 200, body: contents };
    if (path.endsWith('/restore')) return { status: 200, body: project };
    if (method === 'DELETE') return { status: 200, body: gone };
    if (path.includes('/deleted-projects')) return page(gone);
    return path.startsWith('/api/v1/projects') ? page(project) : page();
  });
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

it('a project is deleted after it was said what goes, by its name alone', async () => {
  const answers = ['Teem', 'Team'];
  const { shell } = bench.kargah;
  shell.prompt = (question) => {
    const wrong = answers.map((text) => question.check?.(text));
    expect(wrong).toEqual(['This is not the project’s name.', undefined]);
    return Promise.resolve('Team');
  };
  bench.show(<DeleteProject project={project} />);
  fireEvent.click(screen.getByRole('button', { name: 'Delete the project…' }));
  const goes = (await screen.findAllByRole('listitem')).map((item) => item.textContent.replace(/\p{Cf}/gu, ''));
  expect(goes).toEqual([
    'Members who lose it: 2',
    'Jobs that have not ended and are stopped: 1',
    'Datasets: 3',
    'Size of the data: 2 MB',
  ]);
  fireEvent.click(screen.getByRole('button', { name: 'Write its name and delete…' }));
  await waitFor(() => expect(asked).toContain('DELETE /api/v1/projects/prj_aaaaaa?name=Team'));
});

it('a deleted one is brought back and shown', async () => {
  let closed = false;
  bench.show(<DeletedProjects close={() => (closed = true)} />);
  fireEvent.click(await screen.findByRole('button', { name: /^Restore/u }));
  await waitFor(() => expect(closed).toBe(true));
  expect(bench.toasts.map((text) => text.replace(/\p{Cf}/gu, ''))).toEqual(['Team is back.']);
  expect(bench.kargah.store.list('projects').get().items).toEqual([project]);
});
