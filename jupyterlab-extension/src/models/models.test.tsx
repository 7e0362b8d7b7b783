import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type {
  AliasRules,
  CardRevision,
  ModelCard,
  ModelCheck,
  ModelMove,
  ModelRequest,
  ModelRules,
  ModelVersion,
  Project,
  RegisteredModel,
} from '../api/types.js';
import { ENGLISH } from '../i18n/locale.js';
import { when } from '../lib/observable.js';
import { Lists } from '../panels/lists/Lists.js';
import type { ListState } from '../store/list.js';
import { page, problem } from '../testing/bridge.js';
import { notFound, Workbench } from '../testing/workbench.js';
import { registerModel, suggestedName } from '../jobs/registration.js';
import ModelPage from './page/ModelPage.js';

// jsdom lays nothing out, so no size ever changes.
globalThis.ResizeObserver = class implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

const AT = '2026-11-22T08:00:00Z';
const me = { user_id: 'user_1', name: 'Sara' };
const other = { user_id: 'user_2', name: 'Omid' };
const model = (change: Partial<RegisteredModel> = {}): RegisteredModel => ({
  name: 'digits',
  description: '',
  tags: {},
  aliases: [{ alias: 'champion', version: 2, protected: true, since: AT, by: other, before: 1 }],
  versions: 2,
  latest_version: 2,
  created_at: AT,
  updated_at: AT,
  ...change,
});
const version = (number: number, change: Partial<ModelVersion> = {}): ModelVersion => ({
  name: 'digits',
  version: number,
  description: '',
  tags: {},
  aliases: [],
  status: 'READY',
  source: 'runs:/r',
  model_uri: `models:/digits/${number}`,
  mlflow_run_id: 'r',
  lineage: {
    job_id: 'job_aaaaaa',
    job_name: 'mlp-07',
    recipe: 'tabular',
    script: null,
    dataset_id: 'ds_aaaaaa',
    dataset_name: 'digits.csv',
    dataset_version: 3,
    dataset_sha256: null,
    split_id: null,
    best_metric: { key: 'val_accuracy', value: 0.974 },
    size_bytes: null,
    trained_by: me,
    trained_at: AT,
  },
  job_deleted: false,
  dataset_deleted: false,
  registered_by: me,
  created_at: AT,
  updated_at: AT,
  ...change,
});
const check = (change: Partial<ModelCheck> = {}): ModelCheck => ({
  gate: 'report',
  state: 'passed',
  why: null,
  ...change,
});
const request = (change: Partial<ModelRequest> = {}): ModelRequest => ({
  request_id: 'mrq_aaaaaa',
  name: 'digits',
  version: 2,
  alias: 'champion',
  state: 'waiting',
  why: 'fewer mistakes',
  checks: [check(), check({ gate: 'approval', state: 'waiting' })],
  from_version: 1,
  requested_by: other,
  requested_at: AT,
  decided_by: null,
  decided_at: null,
  reason: null,
  ...change,
});
const move: ModelMove = {
  move_id: 'mov_aaaaaa',
  name: 'digits',
  alias: 'champion',
  kind: 'promote',
  from_version: 1,
  to_version: 2,
  request_id: 'mrq_aaaaaa',
  why: 'it is better',
  by: other,
  at: AT,
};
const project = (permissions: string[]): Project => ({
  project_id: 'prj_aaaaaa',
  name: 'Team',
  role: 'editor',
  permissions,
  is_default: true,
  members: 2,
  workspace: 'w-team',
  created_at: AT,
});

const asked = (change: Partial<AliasRules> = {}): AliasRules => ({
  report: false,
  test_rows: false,
  card: false,
  metrics: [],
  not_worse: null,
  approval: 'none',
  ...change,
});
const limited = asked({
  report: true,
  metrics: [{ metric: 'accuracy', at_least: 0.9, interval: true }],
  approval: 'another',
});
const someRules: ModelRules = {
  aliases: { challenger: asked(), champion: limited },
  yaml: 'aliases: {}\n',
  revision: 4,
  changed_by: me,
  changed_at: AT,
};
const NO_FIELDS = {
  intended_use: '',
  out_of_scope: '',
  limitations: '',
  data_notes: '',
  ethics: '',
  license: '',
  contact: '',
};
const emptyCard: ModelCard = {
  name: 'digits',
  version: 2,
  revision: 0,
  fields: NO_FIELDS,
  missing: ['intended_use', 'limitations', 'license', 'contact'],
  facts: {
    task: 'classification',
    recipe: 'tabular',
    script: null,
    job: null,
    dataset: {
      name: 'digits.csv',
      version: 3,
      sha256: null,
      rows: 1797,
      columns: 65,
      source: 'digits',
      license: 'CC BY 4.0',
      split_id: null,
    },
    evaluation: null,
    target: 'label',
    columns: [],
    column_count: null,
    classes: [],
    limits: [{ en: 'It is worse where “pixel 7” is missing.', fa: 'آنجا که «pixel 7» خالی است بدتر است.' }],
    trained_by: me,
    trained_at: AT,
    registered_by: me,
    registered_at: AT,
  },
  facts_current: true,
  changed_by: null,
  changed_at: null,
};
const revisions: CardRevision[] = [
  { revision: 1, fields: NO_FIELDS, changed: ['intended_use', 'contact'], changed_by: other, changed_at: AT },
];

let bench: Workbench;
let registered: RegisteredModel[];
let requests: ModelRequest[];
let waiting: ModelRequest[];
let versions: ModelVersion[];
let permissions: string[];
let posted: { path: string; body: unknown }[];
let refusal: ReturnType<typeof problem> | null;
let card: ModelCard;
let rules: ModelRules;

async function start(): Promise<void> {
  bench = await Workbench.start(ENGLISH, ({ method, path, body }) => {
    if (method === 'POST') {
      posted.push({ path, body: body.length === 0 ? null : JSON.parse(body.toString()) });
      if (refusal !== null) return refusal;
      if (path.endsWith('/versions')) return { status: 201, body: version(1) };
      return { status: path.endsWith('/requests') ? 201 : 200, body: path.endsWith('/rollback') ? move : request() };
    }
    if (path.endsWith('/model-rules')) {
      if (method === 'PUT') {
        posted.push({ path, body: JSON.parse(body.toString()) });
        if (refusal !== null) return refusal;
      }
      return { status: 200, body: rules };
    }
    if (path.includes('/card/revisions')) return page(...revisions);
    if (method === 'DELETE') {
      posted.push({ path, body: null });
      return { status: 204 };
    }
    if (path.includes('/dependents')) {
      const { aliases } = registered[0]!;
      const held = path.includes('version=') ? aliases.filter(({ version: n }) => path.endsWith(`=${n}`)) : aliases;
      return { status: 200, body: { aliases: held, versions: 2, jobs: [{ job_id: 'job_aaaaaa', name: 'mlp-07' }] } };
    }
    if (path.endsWith('/card')) {
      if (method === 'PUT') {
        posted.push({ path, body: JSON.parse(body.toString()) });
        if (refusal !== null) return refusal;
        const { fields } = JSON.parse(body.toString()) as Pick<ModelCard, 'fields'>;
        card = { ...card, revision: card.revision + 1, fields, missing: [], changed_by: me, changed_at: AT };
      }
      return { status: 200, body: card };
    }
    if (path.includes('waiting_for_me=true')) return page(...waiting);
    if (path.startsWith('/api/v1/model-requests')) return page(...requests);
    if (path.includes('/versions')) return page(...versions);
    if (path.includes('/history')) return page(move);
    if (path.startsWith('/api/v1/models?')) return page(...registered);
    if (path.startsWith('/api/v1/models/'))
      return registered[0] === undefined ? notFound : { status: 200, body: registered[0] };
    if (path.startsWith('/api/v1/projects')) return page(project(permissions));
    return path.startsWith('/api/v1/system') ? notFound : page();
  });
  const ready = (state: ListState<unknown>): state is ListState<never> => state.status === 'ready';
  for (const name of ['registered', 'approvals', 'projects', 'models'] as const)
    await when<ListState<unknown>, ListState<never>>(bench.kargah.store.list(name) as never, ready);
}
const open = async (): Promise<void> => {
  await start();
  bench.show(<ModelPage name="digits" />);
  await screen.findByTestId('model-version');
  await screen.findByTestId('model-move');
};
const said = (element: HTMLElement): string => element.textContent.replace(/\p{Cf}/gu, '');

beforeEach(() => {
  registered = [model()];
  requests = [];
  waiting = [];
  versions = [version(2)];
  permissions = ['model.read', 'model.write', 'model.promote'];
  posted = [];
  refusal = null;
  card = emptyCard;
  rules = someRules;
});
afterEach(async () => {
  cleanup();
  await bench.stop();
});

describe('the section of models', () => {
  it('has what waits for the reader first, then what is registered, with where its names point', async () => {
    waiting = [request()];
    await start();
    bench.show(<Lists features={bench.features} />);
    const section = within(screen.getByTestId('kargah-models'));
    expect(section.getAllByRole('row').map((row) => row.dataset['testid'])).toEqual([
      'kargah-approval',
      'kargah-registered',
    ]);
    expect(said(section.getByTestId('kargah-approval'))).toContain('Omid asks for your approval');
    expect(said(section.getByTestId('kargah-registered'))).toContain('champion 2');
    await userEvent.click(section.getByTestId('kargah-registered'));
    expect(bench.opened).toEqual(['model digits']);
  });

  it('follows the registry as the bridge tells of it', async () => {
    await start();
    bench.show(<Lists features={bench.features} />);
    registered = [model({ name: 'letters' })];
    bench.socket.emit('models_changed', { name: 'letters' });
    await waitFor(() => expect(screen.getByTestId('kargah-registered').dataset['name']).toBe('letters'));
    waiting = [request({ name: 'letters' })];
    bench.socket.emit('model_request_changed', { request: waiting[0] });
    expect(await screen.findByTestId('kargah-approval')).toBeTruthy();
  });
});

describe('registering', () => {
  it('suggests the name that jobs of one kind share, and says which version it became', async () => {
    await start();
    bench.answer = 'digits';
    await registerModel(bench.kargah, { job_id: 'job_aaaaaa', name: 'mlp-digits-07' });
    expect(posted).toEqual([{ path: '/api/v1/models/digits/versions', body: { job_id: 'job_aaaaaa' } }]);
    expect(bench.toasts.map((text) => text.replace(/\p{Cf}/gu, ''))).toEqual(['Registered as version 1 of digits.']);
    expect(bench.opened).toEqual(['model digits']);
    expect(['mlp-digits-07', 'a/b:c', 'کار ۱۲', '42'].map(suggestedName)).toEqual(['mlp-digits', 'a-b-c', 'کار', '42']);
  });

  it('says why the bridge refused, and opens nothing', async () => {
    await start();
    refusal = problem(409, 'model_not_ready', 'Not ready.');
    bench.answer = 'digits';
    await registerModel(bench.kargah, { job_id: 'job_aaaaaa', name: 'x' });
    expect(bench.toasts).toHaveLength(1);
    expect(bench.opened).toEqual([]);
  });
});

describe('the page of a registered model', () => {
  it('shows where names point since when, what each version is worth and came from, and what was when', async () => {
    await open();
    const [champion, challenger] = (await screen.findAllByTestId('model-stage')).map(said);
    expect(champion).toMatch(/^championVersion 2.*since .*Omid$/u);
    expect(challenger).toBe('challengerpoints to no version');
    expect(said(screen.getByTestId('model-version'))).toContain('val_accuracy 97.4%');
    await userEvent.click(screen.getByRole('button', { name: 'mlp-07' }));
    await userEvent.click(screen.getByRole('button', { name: /digits\.csv/u }));
    expect(bench.opened).toEqual(['job job_aaaaaa', 'dataset ds_aaaaaa']);
    expect(said(screen.getByTestId('model-move'))).toMatch(/^champion1 → 2promoted.*it is better$/u);
  });

  it('says that a job and its data are gone, and links to neither', async () => {
    versions = [version(2, { job_deleted: true, dataset_deleted: true })];
    await open();
    expect(said(screen.getByTestId('model-version'))).toMatch(/mlp-07 \(job deleted\).*\(data deleted\)/u);
    expect(screen.queryByRole('button', { name: 'mlp-07' })).toBeNull();
  });

  it('asks for a move with the reason, and shows why it was refused', async () => {
    await open();
    await userEvent.click(await screen.findByRole('button', { name: /Request a move to version/u }));
    const form = within(screen.getByTestId('ask-form'));
    await userEvent.type(form.getByRole('textbox', { name: 'Why' }), 'better');
    refusal = problem(409, 'already_there', 'It is there already.');
    await userEvent.click(form.getByRole('button', { name: 'Request' }));
    expect(await form.findByText('It is there already.')).toBeTruthy();
    refusal = null;
    await userEvent.click(form.getByRole('button', { name: 'Request' }));
    await waitFor(() => expect(screen.queryByTestId('ask-form')).toBeNull());
    expect(posted.at(-1)).toEqual({
      path: '/api/v1/models/digits/requests',
      body: { version: 2, alias: 'champion', why: 'better' },
    });
  });

  it('shows the checks of a request one by one as they end, and what failed with its reason', async () => {
    requests = [request({ state: 'checking', checks: [] })];
    await open();
    expect(await screen.findByTestId('model-request')).toBeTruthy();
    expect(screen.queryAllByTestId('model-check')).toEqual([]);
    bench.socket.emit('model_request_changed', { request: request({ state: 'checking', checks: [check()] }) });
    await waitFor(() => expect(screen.getAllByTestId('model-check')).toHaveLength(1));
    const why = { code: 'gate_metric_short', detail: 'accuracy is 0.8.', detail_fa: 'کم است.' };
    const short = check({
      gate: 'metric',
      metric: 'accuracy',
      state: 'failed',
      value: 0.8,
      limit: 0.9,
      why: why as never,
    });
    bench.socket.emit('model_request_changed', { request: request({ state: 'failed', checks: [check(), short] }) });
    await waitFor(() => expect(screen.getAllByTestId('model-check')).toHaveLength(2));
    expect(said(screen.getAllByTestId('model-check')[1]!)).toContain('limit: 0.9');
    expect(said(screen.getAllByTestId('model-check')[1]!)).toContain('accuracy is 0.8.');
    expect(screen.getByTestId('model-request').dataset['state']).toBe('failed');
  });

  it('lets another person approve, or refuse with a reason', async () => {
    requests = [request()];
    await open();
    bench.answer = 'not yet';
    await userEvent.click(await screen.findByRole('button', { name: 'Refuse' }));
    await waitFor(() => expect(posted).toHaveLength(1));
    await userEvent.click(await screen.findByRole('button', { name: 'Approve' }));
    await waitFor(() => expect(posted).toHaveLength(2));
    expect(posted).toEqual([
      { path: '/api/v1/model-requests/mrq_aaaaaa/refuse', body: { reason: 'not yet' } },
      { path: '/api/v1/model-requests/mrq_aaaaaa/approve', body: {} },
    ]);
  });

  it('lets who asked take it back, and not decide', async () => {
    requests = [request({ requested_by: me })];
    await open();
    await userEvent.click(await screen.findByRole('button', { name: 'Withdraw the request' }));
    await waitFor(() => expect(posted[0]?.path).toBe('/api/v1/model-requests/mrq_aaaaaa/withdraw'));
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
  });

  it('rolls back only after it said to what and since when, and names where it points as the reader sees it', async () => {
    await open();
    bench.sure = false;
    const button = (): HTMLElement => screen.getByRole('button', { name: /Roll back to version/u });
    await userEvent.click(button());
    expect(posted).toEqual([]);
    bench.sure = true;
    await userEvent.click(button());
    await waitFor(() => expect(posted).toHaveLength(1));
    expect(bench.asked[0]?.body.replace(/\p{Cf}/gu, '')).toMatch(/champion has pointed to version 2 since .*2026/u);
    expect(posted[0]).toEqual({
      path: '/api/v1/models/digits/aliases/champion/rollback',
      body: { why: '', from_version: 2 },
    });
  });

  it('has no button of change for a viewer', async () => {
    permissions = ['model.read'];
    requests = [request()];
    await open();
    expect(await screen.findByTestId('model-request')).toBeTruthy();
    for (const name of [/Request a move/u, /Roll back/u, 'Approve', 'Refuse'])
      expect(screen.queryByRole('button', { name })).toBeNull();
  });

  it('says that there is no such model', async () => {
    registered = [];
    await start();
    bench.show(<ModelPage name="digits" />);
    expect(await screen.findByText('No model of this name is registered in this project')).toBeTruthy();
  });
});

describe('the card of a version', () => {
  const openCard = async () => {
    await open();
    await userEvent.click(screen.getByRole('button', { name: /^Model card of version/u }));
    return within(await screen.findByTestId('model-card'));
  };

  it('says what is missing, what speaks against the model, and under which licence its data are', async () => {
    const shown = await openCard();
    expect(await shown.findByText('It is worse where “pixel 7” is missing.')).toBeTruthy();
    expect(said(screen.getByTestId('model-card'))).toContain(
      'Still to be filled: Intended use · Limitations · Licence · Contact',
    );
    expect(shown.getByText('CC BY 4.0')).toBeTruthy();
  });

  it('is filled in a form against the revision that was looked at, and lists who wrote what', async () => {
    const shown = await openCard();
    await userEvent.click(await shown.findByRole('button', { name: 'Fill' }));
    await userEvent.type(shown.getByRole('textbox', { name: /^Intended use/u }), 'reads meters');
    await userEvent.type(shown.getByRole('textbox', { name: /^Licence/u }), 'mit');
    await userEvent.click(shown.getByRole('button', { name: 'Save' }));
    expect(await shown.findByText('All that has to be filled is filled.')).toBeTruthy();
    expect(posted).toEqual([
      {
        path: '/api/v1/models/digits/versions/2/card',
        body: { fields: { ...NO_FIELDS, intended_use: 'reads meters', license: 'mit' }, revision: 0 },
      },
    ]);
    expect(shown.getByText('reads meters')).toBeTruthy();
    await userEvent.click(shown.getByRole('button', { name: 'Who wrote what' }));
    expect(said(await shown.findByTestId('card-revision'))).toMatch(/^Omid wrote: Intended use · Contact/u);
  });

  it('that somebody else wrote on meanwhile keeps what is written here, takes theirs over, and is saved anew', async () => {
    const shown = await openCard();
    await userEvent.click(await shown.findByRole('button', { name: 'Fill' }));
    await userEvent.type(shown.getByRole('textbox', { name: /^Limitations/u }), 'no decimals');
    refusal = problem(409, 'card_moved', 'Somebody wrote.');
    card = { ...card, revision: 3, fields: { ...NO_FIELDS, limitations: 'theirs', contact: 'omid@example.org' } };
    await userEvent.click(shown.getByRole('button', { name: 'Save' }));
    expect(await shown.findByText('Somebody wrote.')).toBeTruthy();
    await waitFor(() =>
      expect(shown.getByRole<HTMLInputElement>('textbox', { name: /^Contact/u }).value).toBe('omid@example.org'),
    );
    expect(shown.getByRole<HTMLTextAreaElement>('textbox', { name: /^Limitations/u }).value).toBe('no decimals');
    refusal = null;
    await userEvent.click(shown.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(posted).toHaveLength(2));
    expect(posted[1]?.body).toEqual({
      fields: { ...NO_FIELDS, limitations: 'no decimals', contact: 'omid@example.org' },
      revision: 3,
    });
  });

  it('is read by a viewer, who fills nothing', async () => {
    permissions = ['model.read'];
    const shown = await openCard();
    expect(await shown.findByText('CC BY 4.0')).toBeTruthy();
    expect(shown.queryByRole('button', { name: 'Fill' })).toBeNull();
  });
});

describe('the rules for protected names', () => {
  const openRules = async () => {
    await open();
    await userEvent.click(await screen.findByRole('button', { name: /^Rules for moving/u }));
    return within(screen.getByTestId('model-rules'));
  };
  const owner = (): void => void (permissions = [...permissions, 'project.manage']);

  it('are said in words to everybody, and set by owners alone', async () => {
    const shown = await openRules();
    expect(shown.getAllByTestId('model-rule').map(said)).toEqual([
      'challengerNothing is asked.',
      'championIt has a reportaccuracy at least 0.9 (by the worse end of its interval)Another person approves, always',
    ]);
    expect(shown.queryByRole('button', { name: 'Change the rules' })).toBeNull();
  });

  it('are set in a form: gates, limits with Persian digits, and another name', async () => {
    owner();
    const shown = await openRules();
    await userEvent.click(shown.getByRole('button', { name: 'Change the rules' }));
    await userEvent.type(shown.getByRole('textbox', { name: 'Another name' }), 'canary');
    await userEvent.click(shown.getByRole('button', { name: 'Protect' }));
    await userEvent.click(shown.getByRole('button', { name: /^Protect .*challenger.* no longer$/u }));
    const champion = within(shown.getByRole('group', { name: 'champion' }));
    await userEvent.click(champion.getByRole('checkbox', { name: 'The model card is filled' }));
    const least = champion.getByRole('textbox', { name: 'At least' });
    await userEvent.clear(least);
    await userEvent.type(least, '۰٫۹۵');
    await userEvent.type(champion.getByRole('textbox', { name: 'Not worse by the metric' }), 'accuracy');
    await userEvent.click(shown.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(posted).toHaveLength(1));
    expect(posted[0]?.body).toEqual({
      aliases: {
        champion: {
          ...limited,
          card: true,
          metrics: [{ metric: 'accuracy', at_least: 0.95, interval: true }],
          not_worse: { metric: 'accuracy', margin: 0, interval: true },
        },
        canary: asked(),
      },
      revision: 4,
    });
    await waitFor(() => expect(screen.queryByTestId('rules-form')).toBeNull());
  });

  it('are set as YAML, whose fault is said with its line', async () => {
    owner();
    const shown = await openRules();
    await userEvent.click(shown.getByRole('button', { name: 'As YAML' }));
    const box = shown.getByRole<HTMLTextAreaElement>('textbox', { name: 'The rules as YAML' });
    expect(box.value).toBe('aliases: {}\n');
    refusal = problem(422, 'rules_unreadable', 'The rules cannot be read, line 1: x');
    await userEvent.click(shown.getByRole('button', { name: 'Save' }));
    expect(await shown.findByText('The rules cannot be read, line 1: x')).toBeTruthy();
    expect(posted[0]?.body).toEqual({ yaml: 'aliases: {}\n', revision: 4 });
  });

  it('that somebody else set meanwhile are shown, and what was changed here is kept', async () => {
    owner();
    const shown = await openRules();
    await userEvent.click(shown.getByRole('button', { name: 'Change the rules' }));
    await userEvent.click(shown.getByRole('button', { name: /^Protect .*challenger.* no longer$/u }));
    refusal = problem(409, 'rules_moved', 'Somebody changed them.');
    rules = { ...someRules, aliases: { prod: asked({ card: true }) }, revision: 5 };
    await userEvent.click(shown.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(shown.getAllByTestId('model-rule').map(said)).toEqual(['prodThe model card is filled']));
    expect(shown.queryByRole('group', { name: 'challenger' })).toBeNull();
    refusal = null;
    await userEvent.click(shown.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(posted).toHaveLength(2));
    expect(posted[1]?.body).toEqual({ aliases: { champion: limited }, revision: 5 });
  });
});

describe('deleting', () => {
  it('of a version or model to which a name points is not asked for, and it is said which', async () => {
    await open();
    await userEvent.click(screen.getByRole('button', { name: /^Delete version/u }));
    await waitFor(() => expect(bench.toasts).toHaveLength(1));
    await userEvent.click(screen.getByRole('button', { name: 'Delete the model' }));
    await waitFor(() => expect(bench.toasts).toHaveLength(2));
    expect(bench.toasts.map((text) => text.replace(/\p{Cf}/gu, ''))).toEqual([
      'While champion points to version 2 of digits it is not deleted; move it or take it away first.',
      'While champion points to the model digits it is not deleted; move it or take it away first.',
    ]);
    expect(posted).toEqual([]);
  });

  it('takes the name of the model, or the number of the version, as proof', async () => {
    registered = [model({ aliases: [] })];
    await open();
    bench.answer = '2';
    await userEvent.click(screen.getByRole('button', { name: /^Delete version/u }));
    await waitFor(() => expect(posted).toHaveLength(1));
    bench.answer = 'digits';
    await userEvent.click(screen.getByRole('button', { name: 'Delete the model' }));
    await waitFor(() => expect(posted).toHaveLength(2));
    expect(posted.map(({ path }) => path)).toEqual(['/api/v1/models/digits/versions/2', '/api/v1/models/digits']);
  });

  it('has no button for a viewer', async () => {
    permissions = ['model.read'];
    await open();
    expect(screen.queryByRole('button', { name: /^Delete/u })).toBeNull();
  });
});
