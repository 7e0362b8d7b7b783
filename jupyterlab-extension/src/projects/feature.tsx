import { data } from '../api/client.js';
import type { Project } from '../api/types.js';
import { deferred } from '../components/deferred.js';
import { type Feature, textOf } from '../features/feature.js';
import { storedList } from '../store/store.js';
import type { Kargah } from '../tokens.js';
import { type Messages, messages } from './messages.js';
import { currentProject } from './may.js';

declare module '../i18n/messages.js' {
  interface Texts extends Messages {}
}
declare module '../store/store.js' {
  interface StoredLists {
    readonly projects: Project;
  }
}
declare module '../live/client.js' {
  interface LiveEvents {
    readonly projects_changed: object;
  }
}
declare module '../tokens.js' {
  interface PageArgs {
    readonly project: { readonly project_id: string };
  }
}

const ProjectPage = deferred(() => import(/* webpackChunkName: "people" */ './ProjectPage.js'));

/** A link that this page was opened by, of an invitation or for a new password; its token is taken out of the address at once. */
const LINK = /^#kargah-(invitation|reset)=([\w-]+)$/u;

function takeLink(kargah: Kargah): void {
  const [, kind, token] = LINK.exec(window.location.hash) ?? [];
  if (token === undefined) return;
  window.history.replaceState(window.history.state, '', window.location.href.replace(/#.*$/u, ''));
  kargah.showPanel();
  if (kind === 'reset') takeReset(kargah, token);
  else takeInvitation(kargah, token);
}

function takeReset({ api: { session }, shell, i18n }: Kargah, token: string): void {
  // The form to sign in asks for the new password.
  session.resetCode.set(token);
  const stop = session.state.subscribe(({ status }) => {
    if (status !== 'signed_in') return;
    stop();
    if (session.resetCode.get() === null) return;
    // Kept, it would be in the way when this person signs out.
    session.resetCode.set(null);
    shell.toast('info', i18n.t('project.resetSignedIn'));
  });
}

function takeInvitation(kargah: Kargah, token: string): void {
  const { session } = kargah.api;
  // The form to sign in shows it meanwhile, and may use it to make an account.
  session.invitation.set(token);
  const stop = session.state.subscribe(({ status }) => {
    if (status !== 'signed_in') return;
    stop();
    if (session.invitation.get() === null) return;
    session.invitation.set(null);
    void import(/* webpackChunkName: "people" */ './invitation.js').then(({ offer }) => offer(kargah, token));
  });
}

export const projects: Feature = {
  id: 'projects',
  messages,
  lists: [
    storedList({
      name: 'projects',
      idOf: ({ project_id }) => project_id,
      read: (api, query) => data(api.http.GET('/api/v1/projects', { params: { query } })),
      follow: (_list, live, store) => {
        live.event('projects_changed').connect(() => void store.load('projects'));
      },
    }),
  ],
  pages: [
    {
      name: 'project',
      command: 'kargah:open-project',
      label: 'project.title',
      read: (args) => {
        const project_id = textOf(args, 'project_id');
        return project_id === undefined ? undefined : { project_id };
      },
      tab: ({ project_id }) => project_id,
      look: ({ store }, { project_id }) => ({
        name: store
          .list('projects')
          .get()
          .items.find((project) => project.project_id === project_id)?.name,
        icon: 'person',
      }),
      lists: ['projects'],
      content: ({ project_id }) => <ProjectPage projectId={project_id} />,
    },
  ],
  commands: [
    {
      id: 'kargah:project-members',
      label: 'project.page',
      icon: 'person',
      palette: true,
      execute: async (kargah) => {
        const project = currentProject(kargah);
        if (project !== undefined) await kargah.open('project', { project_id: project.project_id });
      },
    },
    {
      id: 'kargah:new-project',
      label: 'project.new',
      icon: 'add',
      palette: true,
      execute: async (kargah) => (await import(/* webpackChunkName: "people" */ './invitation.js')).newProject(kargah),
    },
    {
      id: 'kargah:accept-invitation',
      label: 'project.accept',
      icon: 'check',
      palette: true,
      execute: async (kargah) => (await import(/* webpackChunkName: "people" */ './invitation.js')).accept(kargah),
    },
  ],
  start: (kargah) => {
    kargah.store.list('projects').subscribe(({ status, error }) => {
      // Taken out of it, or it is deleted: another is shown, and it is said why.
      if (status !== 'ready' || error !== null || kargah.api.project.get() === null) return;
      if (currentProject(kargah) !== undefined || kargah.store.list('projects').get().nextCursor !== null) return;
      kargah.api.chooseProject(null);
      kargah.shell.toast('warning', kargah.i18n.t('project.gone'));
    });
    takeLink(kargah);
  },
};
